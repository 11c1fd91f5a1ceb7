import { counter, gauge, histogram, type Metrics } from '@drippulse/observability';

export type ConsumingMetrics = ReturnType<typeof consumingMetrics>;

/** Creates the metrics of the consumer of a topic. */
export function consumingMetrics(registry: Metrics, { topic, group }: { topic: string; group: string }) {
  const consumed = counter(registry, 'drippulse_events_consumed_total');
  const lag = histogram(registry, 'drippulse_event_lag_seconds');
  const deadLettered = counter(registry, 'drippulse_events_dead_lettered_total');
  const partitionLag = gauge(registry, 'drippulse_consumer_lag_events');
  return {
    /** Counts handled events. `times` are the times at which the events were raised, by the clock of their service. */
    eventsHandled(times: readonly (string | undefined)[]) {
      consumed.inc({ topic, group }, times.length);
      const now = Date.now();
      for (const time of times) {
        if (time !== undefined) lag.observe({ topic, group }, Math.max(0, now - Date.parse(time)) / 1000);
      }
    },
    eventGivenUp: () => deadLettered.inc({ topic, group }),
    lagCounted(lags: ReadonlyMap<number, bigint>) {
      for (const [partition, events] of lags) partitionLag.set({ topic, group, partition }, Number(events));
    },
  };
}
