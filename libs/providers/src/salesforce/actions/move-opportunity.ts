import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { day, line } from '../../requests/fields.ts';
import { createdOutput, patchRecord, recordId } from '../requests.ts';

export const moveOpportunity = defineAction({
  provider: 'salesforce',
  name: 'move_opportunity',
  label: 'Move opportunity',
  description: 'Moves an opportunity to a stage.',
  input: z.strictObject({
    id: recordId('Opportunity to move.'),
    stage: line('Stage, by its API name.'),
    close_date: day('Day on which it is expected to close.').optional(),
    amount: z.number().nullable().optional().describe('Amount; null clears.'),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'same',
  example: { id: '0065g00000AbCdEAAV', stage: 'Negotiation/Review', amount: 1500 },
  *perform({ id, stage, close_date, amount }, { settings }) {
    const fields = given({ StageName: stage, CloseDate: close_date, Amount: amount });
    return yield* patchRecord(settings, 'Opportunity', id, fields);
  },
});
