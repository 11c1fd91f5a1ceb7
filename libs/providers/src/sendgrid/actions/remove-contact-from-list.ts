import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { mailAddress } from '../../requests/fields.ts';
import { searchContact } from '../contacts.ts';

export const removeContactFromList = defineAction({
  provider: 'sendgrid',
  name: 'remove_contact_from_list',
  label: 'Remove a contact from a list',
  description: 'Removes a mail address from a marketing list; the contact stays.',
  input: z.strictObject({ email: mailAddress('The mail address.'), list_id: z.uuid().describe('Id of the list.') }),
  output: z.object({ removed: z.boolean() }),
  scopes: ['marketing.read', 'marketing.automation.read'],
  repeat: 'same',
  example: { email: 'ada@example.com', list_id: 'ca1f6d2f-0000-4000-8000-000000000001' },
  *perform({ email, list_id }) {
    const id = textOf((yield* searchContact(email))?.['id']);
    if (id === undefined) return { removed: false };
    yield {
      host: 'api',
      method: 'DELETE',
      path: pathOf`/v3/marketing/lists/${list_id}/contacts`,
      query: { contact_ids: id },
    };
    return { removed: true };
  },
});
