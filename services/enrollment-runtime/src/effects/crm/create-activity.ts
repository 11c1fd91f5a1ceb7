import { CreateCrmActivityRequestSchema, CrmActivitySchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { written } from './crm-call.ts';
import { crmEffect } from './crm-effect.ts';
import { recordMessage } from './record-message.ts';

export const createActivity = crmEffect(
  { makesRecord: true, recordType: () => 'activity' },
  async ({ crm, caller, options }, request) => {
    const message = recordMessage(CreateCrmActivityRequestSchema, request);
    const { activity } = await crm.activities(caller).createCrmActivity(message, options);
    return written('Created', 'activity', CrmActivitySchema, activity);
  },
);
