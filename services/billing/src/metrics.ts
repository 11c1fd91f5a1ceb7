import { counter, gauge, type Metrics } from '@drippulse/observability';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const hooks = counter(registry, 'drippulse_billing_hooks_total');
  const fetches = counter(registry, 'drippulse_billing_fetches_total');
  const differences = counter(registry, 'drippulse_billing_differences_total');
  const operations = counter(registry, 'drippulse_billing_operations_total');
  const missed = counter(registry, 'drippulse_billing_hooks_missed_total');
  const oddities = counter(registry, 'drippulse_billing_oddities_total');
  const usage = counter(registry, 'drippulse_billing_usage_events_total');
  const unsent = gauge(registry, 'drippulse_billing_unsent_usage_seconds');
  const mails = counter(registry, 'drippulse_notices_total');
  return {
    hookReceived: (result: 'taken' | 'duplicate' | 'unknown_customer' | 'refused') => hooks.inc({ result }),
    fetched: (result: 'ok' | 'failed') => fetches.inc({ result }),
    differed: (source: string) => differences.inc({ source }),
    operationEnded: (result: 'done' | 'refused' | 'abandoned' | 'put_off') => operations.inc({ result }),
    hooksMissed: (count: number) => missed.inc(count),
    odd: (kind: 'several_subscriptions' | 'unknown_price') => oddities.inc({ kind }),
    usageSent: (result: 'sent' | 'put_off' | 'abandoned') => usage.inc({ result }),
    oldestUnsentUsage: (seconds: number) => unsent.set(seconds),
    noticeTried: (outcome: string) => mails.inc({ outcome }),
  };
}
