import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, owner, recordId } from '../requests.ts';

export const createContact = defineAction({
  provider: 'salesforce',
  name: 'create_contact',
  label: 'Create contact',
  description: 'Makes a contact.',
  input: z.strictObject({
    last_name: line('Last name.', 80),
    first_name: line('First name.', 40).optional(),
    email: mailAddress('Mail address.').optional(),
    phone: line('Telephone number.', 40).optional(),
    title: line('Position.', 128).optional(),
    account_id: recordId('Account it belongs to.').optional(),
    owner_id: owner.optional(),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: { last_name: 'Lovelace', first_name: 'Ada', email: 'ada@example.com', account_id: '0015g00000AbCdEAAV' },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      LastName: input.last_name,
      FirstName: input.first_name,
      Email: input.email,
      Phone: input.phone,
      Title: input.title,
      AccountId: input.account_id,
      OwnerId: input.owner_id,
    });
    const natural = ['LastName', 'FirstName', 'Email', 'AccountId'];
    return yield* createRecord('Contact', fields, place, { keyField: input.key_field, natural });
  },
});
