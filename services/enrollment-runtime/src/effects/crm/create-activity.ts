import { CreateCrmActivityRequestSchema, CrmActivitySchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import type { EffectCall, EffectContext, EffectOutcome } from '../effect-call.ts';
import { callCrm, written } from './crm-call.ts';
import { recordMessage } from './record-message.ts';

export function createActivity({ clients }: EffectContext, call: EffectCall): Promise<EffectOutcome> {
  return callCrm(call, async (caller, options) => {
    const request = recordMessage(CreateCrmActivityRequestSchema, call.request);
    const { activity } = await clients.crm.activities(caller).createCrmActivity(request, options);
    return written('Created', 'activity', CrmActivitySchema, activity);
  });
}
