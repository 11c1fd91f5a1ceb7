import { CreateCrmLeadRequestSchema, CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import { callCrm, written } from './crm-call.ts';
import { recordMessage } from './record-message.ts';

export function createLead({ clients }: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  return callCrm(call, async (caller, options) => {
    const request = recordMessage(CreateCrmLeadRequestSchema, call.request);
    const { lead } = await clients.crm.leads(caller).createCrmLead(request, options);
    return written('Created', 'lead', CrmLeadSchema, lead);
  });
}
