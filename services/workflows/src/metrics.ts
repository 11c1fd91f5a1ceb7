import { counter, type Metrics } from '@drippulse/observability';
import type { ChangeKind } from './workflows/events.ts';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const changes = counter(registry, 'drippulse_workflow_changes_total');
  return {
    workflowChanged: (kind: ChangeKind) => changes.inc({ kind }),
  };
}
