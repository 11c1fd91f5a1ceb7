import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { id } from '../tickets.ts';

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const upsertUser = defineAction({
  provider: 'zendesk',
  name: 'upsert_user',
  label: 'Create or update user',
  description: 'Makes the user with an external id or mail address, or changes it.',
  input: z.strictObject({
    name: line('Name.'),
    email: mailAddress('Mail address; this or external_id.').optional(),
    external_id: line('Id in a system of yours, by which the user is found first.').optional(),
    phone: line('Telephone number.').optional(),
    organization_id: id('Organization that the user belongs to.').optional(),
    role: z.enum(['end-user', 'agent', 'admin']).default('end-user').describe('Role.'),
    verified: z
      .boolean()
      .optional()
      .describe('Whether the address counts as confirmed; Zendesk then mails no confirmation.'),
    user_fields: z
      .record(z.string().regex(/^\w{1,100}$/), fieldValue)
      .optional()
      .describe('Custom fields by key; null clears.'),
  }),
  output: z.object({ user_id: z.number(), created: z.boolean() }),
  scopes: ['users:write'],
  repeat: 'upsert',
  example: { name: 'Ada Lovelace', email: 'ada@example.com', external_id: 'crm-1', user_fields: { plan: 'pro' } },
  *perform(input) {
    if (input.email === undefined && input.external_id === undefined)
      refuse('email_or_external_id', 'email or external_id says which user it is.', { field: 'email' });
    const path = '/api/v2/users/create_or_update';
    const { status, body } = yield { host: 'account', method: 'POST', path, body: { json: { user: given(input) } } };
    return given({ user_id: objectOf(objectOf(body)['user'])['id'], created: status === 201 });
  },
});
