import type { Clock } from '@drippulse/loops';
import { endWith } from '../transcoder/reply.ts';
import type { HealthMonitor } from './health-monitor.ts';
import type { Page, Pages } from './page.ts';

/** Serves `GET /health`, for load balancers. The route needs no credential and does no work. */
export function healthRoutes(options: { monitor: HealthMonitor; version: string; clock: Clock }): Pages {
  const { monitor, version, clock } = options;
  const answer: Page = (_request, response) => {
    const isHealthy = monitor.isHealthy();
    response.statusCode = isHealthy ? 200 : 503;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('cache-control', 'no-store');
    if (!isHealthy) response.setHeader('retry-after', '5');
    const status = isHealthy ? 'ok' : 'unavailable';
    endWith(response, JSON.stringify({ status, version, time: clock.now().toISOString() }));
  };
  return new Map([
    ['/health', answer],
    ['/api/v1/health', answer],
  ]);
}
