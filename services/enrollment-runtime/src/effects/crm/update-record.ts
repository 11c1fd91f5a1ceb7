import { CrmAccountSchema, UpdateCrmAccountRequestSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitySchema, UpdateCrmActivityRequestSchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmContactSchema, UpdateCrmContactRequestSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema, UpdateCrmLeadRequestSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import {
  CrmOpportunitySchema,
  UpdateCrmOpportunityRequestSchema,
} from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { written } from './crm-call.ts';
import { crmEffect } from './crm-effect.ts';
import { recordMessage } from './record-message.ts';

export const updateRecord = crmEffect(
  { makesRecord: false, recordType: (request) => String(request['record_type']) },
  async ({ crm, caller, options }, request) => {
    const id = String(request['record_id']);
    switch (request['record_type']) {
      case 'account': {
        const message = recordMessage(UpdateCrmAccountRequestSchema, request, id);
        const { account } = await crm.accounts(caller).updateCrmAccount(message, options);
        return written('Updated', 'account', CrmAccountSchema, account);
      }
      case 'contact': {
        const message = recordMessage(UpdateCrmContactRequestSchema, request, id);
        const { contact } = await crm.contacts(caller).updateCrmContact(message, options);
        return written('Updated', 'contact', CrmContactSchema, contact);
      }
      case 'lead': {
        const message = recordMessage(UpdateCrmLeadRequestSchema, request, id);
        const { lead } = await crm.leads(caller).updateCrmLead(message, options);
        return written('Updated', 'lead', CrmLeadSchema, lead);
      }
      case 'opportunity': {
        const message = recordMessage(UpdateCrmOpportunityRequestSchema, request, id);
        const { opportunity } = await crm.opportunities(caller).updateCrmOpportunity(message, options);
        return written('Updated', 'opportunity', CrmOpportunitySchema, opportunity);
      }
      case 'activity': {
        const message = recordMessage(UpdateCrmActivityRequestSchema, request, id);
        const { activity } = await crm.activities(caller).updateCrmActivity(message, options);
        return written('Updated', 'activity', CrmActivitySchema, activity);
      }
      default:
        return {
          outcome: 'failed',
          error: `there are no records of type ${String(request['record_type'])}`,
          retryable: false,
        };
    }
  },
);
