import type { Metrics } from '@drippulse/observability';
import { Counter } from 'prom-client';
import type { Action, RecordType } from './records/collection.ts';

export type ServiceMetrics = ReturnType<typeof createServiceMetrics>;

export function createServiceMetrics(registry: Metrics) {
  const changes = new Counter({
    name: 'drippulse_crm_record_changes_total',
    help: 'Records created, updated and deleted.',
    labelNames: ['record_type', 'action'],
    registers: [registry],
  });
  const trapped = new Counter({
    name: 'drippulse_lead_forms_trapped_total',
    help: 'Submissions of hosted forms that filled in what no person sees.',
    registers: [registry],
  });
  return {
    submissionTrapped: () => trapped.inc(),
    recordChanged: (type: RecordType, action: Action) => changes.inc({ record_type: type, action }),
  };
}
