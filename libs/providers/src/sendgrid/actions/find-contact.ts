import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { mailAddress } from '../../requests/fields.ts';
import { searchContact } from '../contacts.ts';

export const findContact = defineAction({
  provider: 'sendgrid',
  name: 'find_contact',
  label: 'Find a contact',
  description: 'Finds the marketing contact with a mail address.',
  input: z.strictObject({ email: mailAddress('The mail address.') }),
  output: z.object({ found: z.boolean(), contact: z.record(z.string(), z.json()).nullable() }),
  scopes: ['marketing.read'],
  repeat: 'read',
  example: { email: 'ada@example.com' },
  *perform({ email }) {
    const contact = yield* searchContact(email);
    return { found: contact !== null, contact };
  },
});
