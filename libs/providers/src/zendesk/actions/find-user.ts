import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { searchQuery } from '../search-query.ts';

export const findUser = defineAction({
  provider: 'zendesk',
  name: 'find_user',
  label: 'Find user',
  description: 'Finds a user by mail address or external id; both answers are null without one.',
  input: z.strictObject({
    email: mailAddress('Mail address; this or external_id.').optional(),
    external_id: line('Id in a system of yours.').optional(),
  }),
  output: z.object({ user_id: z.number().nullable(), name: z.string().nullable() }),
  scopes: ['users:read'],
  repeat: 'read',
  example: { email: 'ada@example.com' },
  *perform({ email, external_id }) {
    if ((email === undefined) === (external_id === undefined))
      refuse('email_or_external_id', 'One of email and external_id is needed, and not both.', { field: 'email' });
    const query = email === undefined ? { external_id } : { query: searchQuery({ email }) };
    const { body } = yield { host: 'account', method: 'GET', path: '/api/v2/users/search', query };
    const { id = null, name } = objectOf(listOf(objectOf(body)['users'])[0]);
    return { user_id: id, name: textOf(name) ?? null };
  },
});
