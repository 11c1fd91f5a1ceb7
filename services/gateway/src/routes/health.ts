import type { Clock } from '@drippulse/loops';
import type { Router } from 'express';
import { getOnly } from './get-only.ts';
import type { HealthMonitor } from './health-monitor.ts';

/** `GET /health`, for load balancers: no credential, and no work. */
export function healthRoutes(options: { monitor: HealthMonitor; version: string; clock: Clock }): Router {
  const { monitor, version, clock } = options;
  const answer: Parameters<typeof getOnly>[0][string] = (_request, response) => {
    const isHealthy = monitor.isHealthy();
    response.status(isHealthy ? 200 : 503).set('cache-control', 'no-store');
    if (!isHealthy) response.set('retry-after', '5');
    response.json({ status: isHealthy ? 'ok' : 'unavailable', version, time: clock.now().toISOString() });
  };
  return getOnly({ '/health': answer, '/api/v1/health': answer });
}
