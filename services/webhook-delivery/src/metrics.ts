import { Counter, Gauge, Histogram, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const registers = [registry];
  const queued = new Counter({
    name: 'drippulse_webhook_deliveries_queued_total',
    help: 'Deliveries made of events.',
    registers,
  });
  const attempts = new Counter({
    name: 'drippulse_webhook_attempts_total',
    help: 'Attempts by what became of them: ok, or the reason code of the failure.',
    labelNames: ['result'],
    registers,
  });
  const duration = new Histogram({
    name: 'drippulse_webhook_attempt_duration_seconds',
    help: 'From the start of an attempt to the end of the answer.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  });
  const lag = new Histogram({
    name: 'drippulse_webhook_lag_seconds',
    help: 'From when a delivery was due to its attempt, first attempts and retries, held up ones included.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300, 3600],
    labelNames: ['kind'],
    registers,
  });
  const disabled = new Counter({
    name: 'drippulse_webhook_endpoints_disabled_total',
    help: 'Webhooks disabled, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const inFlight = new Gauge({
    name: 'drippulse_webhook_requests_in_flight',
    help: 'Requests under way.',
    registers,
  });
  return {
    deliveriesQueued: (count: number) => queued.inc(count),
    attemptStarted: (lagSeconds: number, isFirst: boolean) => {
      lag.observe({ kind: isFirst ? 'first' : 'retry' }, lagSeconds);
      inFlight.inc();
    },
    attemptEnded: (attempt: { durationMs: number; error?: string } | undefined) => {
      inFlight.dec();
      if (attempt === undefined) return;
      attempts.inc({ result: attempt.error ?? 'ok' });
      duration.observe(attempt.durationMs / 1000);
    },
    endpointDisabled: (reason: string) => disabled.inc({ reason }),
  };
}
