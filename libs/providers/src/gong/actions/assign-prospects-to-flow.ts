import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { ActionRefusal } from '../../outcomes.ts';
import { mailAddress } from '../../requests/fields.ts';
import { gongId, prospects, things } from '../calls.ts';

export const assignProspectsToFlow = defineAction({
  provider: 'gong',
  name: 'assign_prospects_to_flow',
  label: 'Assign prospects to flow',
  description:
    'Puts prospects into a flow. One that is in it already is among not_assigned, with the reason; if none could be put there, the action fails.',
  input: z.strictObject({
    flow_id: gongId('Flow.'),
    crm_prospect_ids: prospects,
    owner_email: mailAddress('Mail address of the user in whose name the flow runs.'),
  }),
  output: z.object({ assigned: things, not_assigned: things }),
  scopes: ['api:flows:write'],
  repeat: 'same',
  reaches: 'people',
  example: {
    flow_id: '7782342274025937895',
    crm_prospect_ids: ['0035g00000AbCdEAAV'],
    owner_email: 'sales@example.com',
  },
  *perform({ flow_id, crm_prospect_ids, owner_email }) {
    const json = { flowId: flow_id, crmProspectsIds: crm_prospect_ids, flowInstanceOwnerEmail: owner_email };
    const { body } = yield { host: 'api', method: 'POST', path: '/v2/flows/prospects/assign', body: { json } };
    const { prospectsAssigned, prospectsNotAssigned } = objectOf(body);
    const assigned = listOf(prospectsAssigned).map(objectOf);
    const notAssigned = listOf(prospectsNotAssigned).map(objectOf);
    const [refused] = notAssigned.filter((one) => !isInFlow(one));
    if (assigned.length === 0 && refused !== undefined)
      throw new ActionRefusal({ class: 'per_record', problem: problemOf(refused) });
    return { assigned, not_assigned: notAssigned };
  },
});

/**
 * Whether a prospect was refused because it is already in the flow. Gong does not document its error codes, so any text
 * with "already" matches.
 */
function isInFlow({ errorCode, errorMessage }: JsonObject): boolean {
  return /already/i.test(`${textOf(errorCode)} ${textOf(errorMessage)}`);
}

function problemOf({ errorCode, errorMessage, crmProspectId }: JsonObject) {
  const code = textOf(errorCode) ?? 'not_assigned';
  return { code, message: `Prospect ${textOf(crmProspectId)}: ${textOf(errorMessage) ?? code}` };
}
