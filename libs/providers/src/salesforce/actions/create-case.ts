import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line, longText, mailAddress } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, recordId } from '../requests.ts';

export const createCase = defineAction({
  provider: 'salesforce',
  name: 'create_case',
  label: 'Create case',
  description: 'Makes a case.',
  input: z.strictObject({
    subject: line('Subject.'),
    description: longText('Text.').optional(),
    contact_id: recordId('Contact it is from.').optional(),
    account_id: recordId('Account it belongs to.').optional(),
    email: mailAddress('Mail address of who reports it.').optional(),
    origin: line('Origin, a value of its picklist.').optional(),
    priority: line('Priority, a value of its picklist.').optional(),
    status: line('Status, a value of its picklist.').optional(),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: { subject: 'Cannot sign in', email: 'ada@example.com', origin: 'Web', priority: 'High' },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      Subject: input.subject,
      Description: input.description,
      ContactId: input.contact_id,
      AccountId: input.account_id,
      SuppliedEmail: input.email,
      Origin: input.origin,
      Priority: input.priority,
      Status: input.status,
    });
    const natural = ['Subject', 'ContactId', 'AccountId', 'SuppliedEmail'];
    return yield* createRecord('Case', fields, place, { keyField: input.key_field, natural });
  },
});
