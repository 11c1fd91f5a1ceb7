import { CrmCustomFieldSchema } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { LeadFormSchema } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { OperatorPlanSchema } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { CrmOpportunityPipelineSchema } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { type AuditedRows, audited } from '@drippulse/service';
import { customFieldToProto, selectFields } from './custom-fields/rows.ts';
import type { DB } from './db/schema.ts';
import { findForm, leadFormToProto } from './lead-forms/form.ts';
import { findPlan, planToProto } from './operator/plan.ts';
import { findPipeline, pipelineToProto, selectStages } from './pipelines/rows.ts';

/** Configuration rows in the form that the API shows. */
export const auditedRows: AuditedRows<DB> = {
  custom_fields: audited(CrmCustomFieldSchema, async (trx, { organizationId }, id: bigint) => {
    const row = await selectFields(trx, organizationId).where('id', '=', id).executeTakeFirst();
    return row && customFieldToProto(row);
  }),
  lead_forms: audited(LeadFormSchema, async (trx, { organizationId }, id: bigint) =>
    leadFormToProto(await findForm(trx, organizationId, id)),
  ),
  opportunity_pipelines: audited(CrmOpportunityPipelineSchema, async (trx, { organizationId }, id: string) => {
    const row = await findPipeline(trx, organizationId, id);
    return pipelineToProto(row, await selectStages(trx, organizationId).where('pipeline_id', '=', row.id).execute());
  }),
  plans: audited(OperatorPlanSchema, async (trx, { organizationId }, id: string) =>
    planToProto(trx, await findPlan(trx, organizationId, id)),
  ),
  // The row contains only a secret, which the API does not show.
  lead_scoring: async () => undefined,
};
