import type { HandlerContext } from '@connectrpc/connect';
import { LeadFormSchema } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { CrmOpportunityPipelineSchema } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { type Caller, requestIdOf } from '@drippulse/rpc';
import { appendAudit, audited } from '@drippulse/service';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { findForm, leadFormToProto } from '../lead-forms/form.ts';
import { findPipeline, pipelineToProto, selectStages } from '../pipelines/rows.ts';

const readers = {
  lead_form: audited<typeof LeadFormSchema, DB>(LeadFormSchema, async (trx, { organizationId }, id: string) =>
    leadFormToProto(await findForm(trx, organizationId, BigInt(id))),
  ),
  opportunity_pipeline: audited<typeof CrmOpportunityPipelineSchema, DB>(
    CrmOpportunityPipelineSchema,
    async (trx, { organizationId }, id: string) => {
      const row = await findPipeline(trx, organizationId, id);
      return pipelineToProto(row, await selectStages(trx, organizationId).where('pipeline_id', '=', row.id).execute());
    },
  ),
};

/**
 * Writes the resource that an operation created into the audit trail, in the same way as the method that creates it
 * directly. Wake the relay after the commit.
 */
export async function auditCreated(
  trx: Transaction<DB>,
  call: HandlerContext,
  caller: Caller,
  noun: keyof typeof readers,
  id: string,
): Promise<void> {
  await appendAudit(trx, {
    organizationId: caller.organizationId,
    name: `${noun}.created`,
    resourceId: id,
    actor: caller.actor,
    before: undefined,
    after: await readers[noun](trx, caller, id),
    requestId: requestIdOf(call),
    address: call.requestHeader.get('x-client-address') ?? undefined,
  });
}
