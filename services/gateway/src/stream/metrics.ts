import { counter, gauge, type Metrics } from '@drippulse/observability';

export type StreamMetrics = ReturnType<typeof createStreamMetrics>;

/** Metrics of the streams of this process. */
export function createStreamMetrics(registry: Metrics) {
  const open = gauge(registry, 'drippulse_streams_open');
  const sent = counter(registry, 'drippulse_stream_hints_sent_total');
  const resyncs = counter(registry, 'drippulse_stream_resyncs_total');
  const ended = counter(registry, 'drippulse_streams_ended_total');
  return {
    opened: () => open.inc(),
    closed: () => open.dec(),
    hintSent(kind: string) {
      sent.inc();
      if (kind === 'resync') resyncs.inc();
    },
    ended: (reason: string) => ended.inc({ reason }),
  };
}
