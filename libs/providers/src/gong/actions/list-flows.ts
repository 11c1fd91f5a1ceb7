import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';
import { things } from '../calls.ts';

export const listFlows = defineAction({
  provider: 'gong',
  name: 'list_flows',
  label: 'List flows',
  description: 'Lists the flows that a user may use: their own, those of the company, and shared ones.',
  input: z.strictObject({ owner_email: mailAddress('Mail address of the user.') }),
  output: z.object({ flows: things }),
  scopes: ['api:flows:read'],
  repeat: 'read',
  example: { owner_email: 'sales@example.com' },
  *perform({ owner_email }) {
    const { body } = yield { host: 'api', method: 'GET', path: '/v2/flows', query: { flowOwnerEmail: owner_email } };
    return { flows: listOf(objectOf(body)['flows']).map(objectOf) };
  },
});
