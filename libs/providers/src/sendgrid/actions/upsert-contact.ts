import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { jobOutput, putContacts } from '../contacts.ts';

export const upsertContact = defineAction({
  provider: 'sendgrid',
  name: 'upsert_contact',
  label: 'Add or update a contact',
  description: 'Adds a marketing contact, or updates the one with the mail address.',
  input: z.strictObject({
    email: mailAddress('The mail address.'),
    first_name: line('First name.', 50).optional(),
    last_name: line('Last name.', 50).optional(),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, 'is not a number with its country code')
      .optional()
      .describe(
        'Telephone number with its country code, such as +441234567890. It identifies the contact, as the mail address does.',
      ),
    external_id: line('Your own id of the contact.', 254).optional(),
    custom_fields: z
      .record(z.string().max(100), z.union([z.string(), z.number()]))
      .optional()
      .describe('Custom fields by their ids, such as e1_T.'),
    list_ids: z.array(z.uuid()).max(100).optional().describe('Ids of lists that the contact joins.'),
  }),
  output: jobOutput,
  scopes: ['marketing.read', 'marketing.automation.read'],
  repeat: 'upsert',
  example: {
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: '+441234567890',
    external_id: 'lead-1',
    custom_fields: { e1_T: 'gold' },
    list_ids: ['ca1f6d2f-0000-4000-8000-000000000001'],
  },
  *perform({ phone, list_ids, ...fields }) {
    const answer = yield putContacts([given({ ...fields, phone_number_id: phone })], list_ids);
    return given({ job_id: textOf(objectOf(answer.body)['job_id']) });
  },
});
