import { counter, type Metrics } from '@drippulse/observability';
import type { Action, RecordType } from './record-type.ts';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const changes = counter(registry, 'drippulse_crm_record_changes_total');
  const trapped = counter(registry, 'drippulse_lead_forms_trapped_total');
  const scores = counter(registry, 'drippulse_lead_scores_received_total');
  return {
    scoreReceived: (outcome: 'accepted' | 'duplicate' | 'stale' | 'unsigned') => scores.inc({ outcome }),
    submissionTrapped: () => trapped.inc(),
    recordChanged: (type: RecordType, action: Action) => changes.inc({ record_type: type, action }),
  };
}
