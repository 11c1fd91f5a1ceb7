import { Histogram, type Metrics } from '@drippulse/observability';

const histogramName = 'drippulse_rpc_duration_seconds';

/** Starts the clock of one served call; the function it returns counts it, once, under its status code. */
export function observeCall(metrics: Metrics, method: string): (code: string) => void {
  const stop = callDuration(metrics).startTimer({ method });
  let finished = false;
  return (code) => {
    if (finished) return;
    finished = true;
    stop({ code });
  };
}

function callDuration(metrics: Metrics): Histogram {
  const existing = metrics.getSingleMetric(histogramName);
  if (existing instanceof Histogram) return existing;
  return new Histogram({
    name: histogramName,
    help: 'Duration of served calls',
    labelNames: ['method', 'code'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    registers: [metrics],
  });
}
