import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line } from '../../requests/fields.ts';
import { objectId, recordId, updateObject } from '../objects.ts';
import { findStage } from '../stages.ts';

export const moveDeal = defineAction({
  provider: 'hubspot',
  name: 'move_deal',
  label: 'Move deal',
  description: 'Moves a deal to a stage.',
  input: z.strictObject({
    deal_id: recordId('Id of the deal.'),
    stage: line('Stage, by id or label.'),
    pipeline: line('Pipeline, by id or label; needed where several have such a stage.').optional(),
  }),
  output: objectId,
  scopes: ['crm.objects.deals.write', 'crm.objects.deals.read'],
  repeat: 'same',
  example: { deal_id: '9001', stage: 'Closed won' },
  *perform(input) {
    const { pipeline, stage } = yield* findStage('deals', input.stage, input.pipeline);
    const { id = input.deal_id } = yield* updateObject('deals', input.deal_id, { pipeline, dealstage: stage });
    return { id };
  },
});
