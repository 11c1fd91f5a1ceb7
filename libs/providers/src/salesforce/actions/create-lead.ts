import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line, longText, mailAddress } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, owner } from '../requests.ts';

export const createLead = defineAction({
  provider: 'salesforce',
  name: 'create_lead',
  label: 'Create lead',
  description: 'Makes a lead. Rules for duplicates of the organization may refuse it.',
  input: z.strictObject({
    last_name: line('Last name.', 80),
    company: line('Company.'),
    first_name: line('First name.', 40).optional(),
    email: mailAddress('Mail address.').optional(),
    phone: line('Telephone number.', 40).optional(),
    title: line('Position.', 128).optional(),
    source: line('Lead source, a value of its picklist.').optional(),
    status: line('Lead status, a value of its picklist.').optional(),
    rating: line('Rating, a value of its picklist.').optional(),
    website: line('Website.').optional(),
    description: longText('Description.').optional(),
    owner_id: owner.optional(),
    allow_duplicates: z.boolean().default(false).describe('Makes the lead where a rule only warns of duplicates.'),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: {
    last_name: 'Lovelace',
    first_name: 'Ada',
    company: 'Example Ltd',
    email: 'ada@example.com',
    source: 'Web',
  },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      LastName: input.last_name,
      Company: input.company,
      FirstName: input.first_name,
      Email: input.email,
      Phone: input.phone,
      Title: input.title,
      LeadSource: input.source,
      Status: input.status,
      Rating: input.rating,
      Website: input.website,
      Description: input.description,
      OwnerId: input.owner_id,
    });
    return yield* createRecord('Lead', fields, place, {
      keyField: input.key_field,
      natural: ['LastName', 'Company', 'Email'],
      // Assignment rules would replace the given owner.
      headers: {
        ...(input.allow_duplicates && { 'sforce-duplicate-rule-header': 'allowSave=true' }),
        ...(input.owner_id !== undefined && { 'sforce-auto-assign': 'FALSE' }),
      },
    });
  },
});
