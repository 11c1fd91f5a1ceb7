import {
  CrmOpportunitySchema,
  UpdateCrmOpportunityRequestSchema,
} from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { written } from './crm-call.ts';
import { crmEffect } from './crm-effect.ts';
import { recordMessage } from './record-message.ts';

export const moveOpportunity = crmEffect(
  { makesRecord: false, recordType: () => 'opportunity' },
  async ({ crm, caller, options }, request) => {
    const message = recordMessage(UpdateCrmOpportunityRequestSchema, request, String(request['record_id']));
    const { opportunity } = await crm.opportunities(caller).updateCrmOpportunity(message, options);
    return written('Moved', 'opportunity', CrmOpportunitySchema, opportunity);
  },
);
