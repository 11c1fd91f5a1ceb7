import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The organization whose workflow writes to the CRM. */
export const crmOrganization = 20n;
/** The currency of all opportunities. */
export const currency = 'EUR';

const policy = { on_error: 'continue', retry: { max_attempts: 12, backoff_seconds: 1 } };
const lead = '{{ lead.public_id }}';

/**
 * Makes a workflow that creates a lead and a note about the lead, scores the lead, and wins the person's opportunity.
 * The lead and the note contain the person's reference.
 */
export function makeCrmWorkflows(wonStageId: string): ChaosWorkflow[] {
  const steps = makeSteps([
    step('lead', 'crm_create_lead', { email: '{{ email }}', first_name: '{{ lead_ref }}' }),
    step('note', 'crm_create_activity', { kind: 'note', subject: '{{ lead_ref }}', lead_id: lead }),
    step('score', 'crm_update_record', { record_type: 'lead', record_id: lead, fields: { score: '{{ n }}' } }),
    step('win', 'crm_move_opportunity', { opportunity_id: '{{ opportunity }}', pipeline_stage_id: wonStageId }),
  ]);
  return [{ id: crmOrganization * 10n, organizationId: crmOrganization, steps }];
}

function step(id: string, type: string, config: object): object {
  return { id, type, config: { ...config, ...policy } };
}
