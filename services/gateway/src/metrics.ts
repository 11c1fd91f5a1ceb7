import { Counter, Histogram, type Metrics } from '@drippulse/observability';
import type { Answered } from './transcoder/ports.ts';

/** The business facts of the gateway that are counted. */
export type GatewayMetrics = {
  requestAnswered(answered: Answered): void;
};

export function createGatewayMetrics(registry: Metrics): GatewayMetrics {
  const durations = new Histogram({
    name: 'drippulse_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by route template',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'drippulse_http_refused_requests_total',
    help: 'Requests answered 4xx or 5xx, by reason',
    labelNames: ['reason'],
    registers: [registry],
  });

  return {
    requestAnswered({ method, route, status, durationMs, reason }) {
      // The method of an unmatched request is the caller's own text.
      const label = route === 'unmatched' ? 'any' : method;
      durations.observe({ method: label, route, status }, durationMs / 1000);
      if (reason !== undefined) refusals.inc({ reason });
    },
  };
}
