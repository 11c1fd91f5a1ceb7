import { CreateCrmLeadRequestSchema, CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { written } from './crm-call.ts';
import { crmEffect } from './crm-effect.ts';
import { recordMessage } from './record-message.ts';

export const createLead = crmEffect(
  { makesRecord: true, recordType: () => 'lead' },
  async ({ crm, caller, options }, request) => {
    const message = recordMessage(CreateCrmLeadRequestSchema, request);
    const { lead } = await crm.leads(caller).createCrmLead(message, options);
    return written('Created', 'lead', CrmLeadSchema, lead);
  },
);
