import { objectOf } from '../json-value.ts';
import { config, template } from '../parameters.ts';
import { StepFailure } from '../step-failure.ts';
import { compileText } from '../templates/template.ts';
import { crmShape, crmTarget } from './crm-fields.ts';
import { defineStep } from './define-step.ts';
import { describeCrm } from './describe-crm.ts';
import { policyOf } from './effect-policy.ts';

/** Moves an opportunity to another stage. */
export const crmMoveOpportunityStep = defineStep({
  type: 'crm_move_opportunity',
  label: 'Move opportunity',
  category: 'action',
  description: 'Moves an opportunity to the end of a stage; its status follows the type of the stage.',
  outputs: ['opportunity'],
  config: config({
    opportunity_id: template().min(1).describe('Opportunity to move, by UUID or public id.'),
    pipeline_stage_id: template().min(1).describe('Stage it comes to stand in.'),
    ...crmShape,
  }),
  example: {
    name: 'To negotiation',
    config: {
      opportunity_id: '{{ event.properties.public_id }}',
      pipeline_stage_id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
    },
  },
  compile(config, { compiling }) {
    const target = crmTarget(config);
    const id = compileText(config.opportunity_id, compiling);
    const stage = compileText(config.pipeline_stage_id, compiling);
    return (scope) => {
      const recordId = id(scope).trim();
      const stageId = stage(scope).trim();
      if (recordId === '') throw new StepFailure('opportunity_id is empty: there is no opportunity to move');
      if (stageId === '') throw new StepFailure('pipeline_stage_id is empty: there is no stage to move to');
      return { kind: 'effect', request: { ...target, record_id: recordId, fields: { pipeline_stage_id: stageId } } };
    };
  },
  effect: {
    kind: 'crm_move_opportunity',
    shows: ['integration_id', 'record_id', 'fields'],
    policy: policyOf,
    stub(request) {
      const stage = String(objectOf(request['fields'])?.['pipeline_stage_id']);
      const phrase = `move opportunity ${String(request['record_id'])} to stage ${stage}`;
      return describeCrm(phrase, 'opportunity', request);
    },
  },
});
