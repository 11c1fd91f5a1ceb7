import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { things } from '../calls.ts';

export const listUsers = defineAction({
  provider: 'gong',
  name: 'list_users',
  label: 'List users',
  description: 'Lists a hundred users of Gong; next is the cursor of the following ones.',
  input: z.strictObject({
    cursor: z.string().min(1).max(2048).optional().describe('next of the answer before.'),
  }),
  output: z.object({ users: things, next: z.string().nullable() }),
  scopes: ['api:users:read'],
  repeat: 'read',
  example: {},
  *perform({ cursor }) {
    const { body } = yield { host: 'api', method: 'GET', path: '/v2/users', query: { cursor } };
    const { users, records } = objectOf(body);
    return { users: listOf(users).map(objectOf), next: textOf(objectOf(records)['cursor']) ?? null };
  },
});
