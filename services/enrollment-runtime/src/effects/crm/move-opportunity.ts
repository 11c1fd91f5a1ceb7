import {
  CrmOpportunitySchema,
  UpdateCrmOpportunityRequestSchema,
} from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import { callCrm, written } from './crm-call.ts';
import { recordMessage } from './record-message.ts';

export function moveOpportunity({ clients }: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  return callCrm(call, async (caller, options) => {
    const request = recordMessage(UpdateCrmOpportunityRequestSchema, call.request, String(call.request['record_id']));
    const { opportunity } = await clients.crm.opportunities(caller).updateCrmOpportunity(request, options);
    return written('Moved', 'opportunity', CrmOpportunitySchema, opportunity);
  });
}
