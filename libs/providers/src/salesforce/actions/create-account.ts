import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, owner } from '../requests.ts';

export const createAccount = defineAction({
  provider: 'salesforce',
  name: 'create_account',
  label: 'Create account',
  description: 'Makes an account.',
  input: z.strictObject({
    name: line('Name.'),
    website: line('Website.').optional(),
    phone: line('Telephone number.', 40).optional(),
    industry: line('Industry, a value of its picklist.').optional(),
    employees: z.int().min(0).optional().describe('Number of employees.'),
    owner_id: owner.optional(),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: { name: 'Example Ltd', website: 'https://example.com', employees: 40 },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      Name: input.name,
      Website: input.website,
      Phone: input.phone,
      Industry: input.industry,
      NumberOfEmployees: input.employees,
      OwnerId: input.owner_id,
    });
    return yield* createRecord('Account', fields, place, { keyField: input.key_field, natural: ['Name', 'Website'] });
  },
});
