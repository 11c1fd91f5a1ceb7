import type { Violation } from '@drippulse/errors';
import {
  type CrmOpportunityPipelineStageInput,
  CrmStageType,
} from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { requiredText } from '../records/rules.ts';

const isName = requiredText(255);
const maxStages = 100;

/** A stage in a request. */
export type StageInput = CrmOpportunityPipelineStageInput;

export function checkName(field: string, name: string): Violation[] {
  const problem = isName(name);
  return problem === undefined ? [] : [{ field, ...problem }];
}

/** Returns the violations of stages. Each pipeline needs an open stage for new opportunities. */
export function checkStages(stages: readonly StageInput[]): Violation[] {
  if (stages.length > maxStages) return [{ field: 'stages', message: `must be at most ${maxStages}`, code: 'length' }];
  const ids = stages.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const hasOpen = stages.some(({ stageType = CrmStageType.OPEN }) => stageType === CrmStageType.OPEN);
  return [
    ...stages.flatMap(({ name = '' }, index) => checkName(`stages.${index}.name`, name)),
    ...(hasOpen ? [] : [{ field: 'stages', message: 'must have an open stage', code: 'not_allowed' as const }]),
    ...(new Set(ids).size < ids.length
      ? [{ field: 'stages', message: 'must name each stage once', code: 'duplicate' as const }]
      : []),
  ];
}
