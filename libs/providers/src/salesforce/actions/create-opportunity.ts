import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { day, line, longText } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, owner, recordId } from '../requests.ts';

export const createOpportunity = defineAction({
  provider: 'salesforce',
  name: 'create_opportunity',
  label: 'Create opportunity',
  description: 'Makes an opportunity.',
  input: z.strictObject({
    name: line('Name.', 120),
    stage: line('Stage, by its API name.'),
    close_date: day('Day on which it is expected to close.'),
    amount: z.number().optional().describe('Amount.'),
    account_id: recordId('Account it belongs to.').optional(),
    source: line('Lead source, a value of its picklist.').optional(),
    description: longText('Description.').optional(),
    owner_id: owner.optional(),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: { name: 'Example Ltd: pilot', stage: 'Prospecting', close_date: '2026-12-31', amount: 1200 },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      Name: input.name,
      StageName: input.stage,
      CloseDate: input.close_date,
      Amount: input.amount,
      AccountId: input.account_id,
      LeadSource: input.source,
      Description: input.description,
      OwnerId: input.owner_id,
    });
    return yield* createRecord('Opportunity', fields, place, {
      keyField: input.key_field,
      natural: ['Name', 'AccountId'],
    });
  },
});
