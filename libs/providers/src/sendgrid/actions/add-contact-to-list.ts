import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';
import { jobOutput, putContacts } from '../contacts.ts';

export const addContactToList = defineAction({
  provider: 'sendgrid',
  name: 'add_contact_to_list',
  label: 'Add a contact to a list',
  description: 'Adds a mail address to a marketing list, and the contact if there is none.',
  input: z.strictObject({ email: mailAddress('The mail address.'), list_id: z.uuid().describe('Id of the list.') }),
  output: jobOutput,
  scopes: ['marketing.read', 'marketing.automation.read'],
  repeat: 'upsert',
  example: { email: 'ada@example.com', list_id: 'ca1f6d2f-0000-4000-8000-000000000001' },
  *perform({ email, list_id }) {
    const answer = yield putContacts([{ email }], [list_id]);
    return given({ job_id: textOf(objectOf(answer.body)['job_id']) });
  },
});
