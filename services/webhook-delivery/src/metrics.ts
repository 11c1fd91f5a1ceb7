import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

/** Creates the metrics. `filters` is the cache of filters, whose size in bytes is measured. */
export function createServiceMetrics(registry: Metrics, filters: { bytes(): number }) {
  const queued = counter(registry, 'drippulse_webhook_deliveries_queued_total');
  const attempts = counter(registry, 'drippulse_webhook_attempts_total');
  const duration = histogram(registry, 'drippulse_webhook_attempt_duration_seconds');
  const lag = histogram(registry, 'drippulse_webhook_lag_seconds');
  const disabled = counter(registry, 'drippulse_webhook_endpoints_disabled_total');
  const inFlight = gauge(registry, 'drippulse_webhook_requests_in_flight');
  const dueAge = gauge(registry, 'drippulse_due_work_age_seconds');
  const overdue = gauge(registry, 'drippulse_webhook_overdue_seconds');
  gauge(registry, 'drippulse_compiled_bytes', (compiled) => compiled.set({ kind: 'filters' }, filters.bytes()));
  let large: ReadonlySet<bigint> = new Set();
  return {
    deliveriesQueued: (count: number) => queued.inc(count),
    attemptStarted: (o: { organizationId: bigint; lagSeconds: number; isFirst: boolean }) => {
      const organizationClass = large.has(o.organizationId) ? 'large' : 'small';
      lag.observe({ kind: o.isFirst ? 'first' : 'retry', class: organizationClass }, o.lagSeconds);
      inFlight.inc();
    },
    attemptEnded: (attempt: { durationMs: number; error?: string } | undefined) => {
      inFlight.dec();
      if (attempt === undefined) return;
      attempts.inc({ result: attempt.error ?? 'ok' });
      duration.observe(attempt.durationMs / 1000);
    },
    endpointDisabled: (reason: string) => disabled.inc({ reason }),
    oldestDueDelivery: (ageSeconds: number) => dueAge.set({ kind: 'deliveries' }, ageSeconds),
    overdueDeliveries: (found: { seconds: { small: number; large: number }; large: ReadonlySet<bigint> }) => {
      large = found.large;
      overdue.set({ class: 'small' }, found.seconds.small);
      overdue.set({ class: 'large' }, found.seconds.large);
    },
  };
}
