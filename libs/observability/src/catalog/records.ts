import { serviceOf } from '@drippulse/topology';
import type { CatalogEntry } from './entry.ts';

/** Metrics of workflows and records of the CRM. */
export const recordsMetrics = {
  drippulse_workflow_changes_total: {
    type: 'counter',
    unit: 'workflows',
    help: 'Workflows created, updated, archived and deleted.',
    labels: ['kind'],
    of: [serviceOf('workflows')],
  },
  drippulse_crm_record_changes_total: {
    type: 'counter',
    unit: 'records',
    help: 'Records created, updated and deleted.',
    labels: ['record_type', 'action'],
    of: [serviceOf('crm')],
  },
  drippulse_lead_forms_trapped_total: {
    type: 'counter',
    unit: 'submissions',
    help: 'Submissions of hosted forms that filled in what no person sees.',
    labels: [],
    of: [serviceOf('crm')],
  },
  drippulse_lead_scores_received_total: {
    type: 'counter',
    unit: 'messages',
    help: 'Scores of leads that came from outside and were taken before, accepted, too old, or signed by nobody that is known.',
    labels: ['outcome'],
    of: [serviceOf('crm')],
  },
} as const satisfies Record<string, CatalogEntry>;
