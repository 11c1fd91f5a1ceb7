import type { Metrics } from '@drippulse/observability';
import { Counter } from 'prom-client';
import type { ChangeKind } from './workflows/events.ts';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const changes = new Counter({
    name: 'drippulse_workflow_changes_total',
    help: 'Workflows created, updated, archived and deleted.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    workflowChanged: (kind: ChangeKind) => changes.inc({ kind }),
  };
}
