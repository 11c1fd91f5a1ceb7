import { counter, histogram, type Metrics } from '@drippulse/observability';
import type { Answered } from './transcoder/ports.ts';

/** Metrics of the public API. */
export type GatewayMetrics = {
  requestAnswered(answered: Answered): void;
};

export function createGatewayMetrics(registry: Metrics): GatewayMetrics {
  const durations = histogram(registry, 'drippulse_http_request_duration_seconds');
  const refusals = counter(registry, 'drippulse_http_refused_requests_total');

  return {
    requestAnswered({ method, route, status, durationMs, reason }) {
      // The method of an unmatched request can be any string from a client, so it is not used as a label.
      const label = route === 'unmatched' ? 'any' : method;
      durations.observe({ method: label, route, status }, durationMs / 1000);
      if (reason !== undefined) refusals.inc({ reason });
    },
  };
}
