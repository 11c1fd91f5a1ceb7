import { histogram, type Metrics } from '@drippulse/observability';

/** Starts the clock of one served call; the function it returns counts it, once, under its status code. */
export function observeCall(metrics: Metrics, method: string): (code: string) => void {
  const stop = histogram(metrics, 'drippulse_rpc_duration_seconds').startTimer({ method });
  let finished = false;
  return (code) => {
    if (finished) return;
    finished = true;
    stop({ code });
  };
}
