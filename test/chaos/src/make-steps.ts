import { readSteps } from '@drippulse/engine';
import type { ChaosWorkflow } from './workflows.ts';

/** Converts the steps of a workflow to the form for the runtime. Throws if they are not valid. */
export function makeSteps(drafts: readonly object[]): ChaosWorkflow['steps'] {
  const { steps, problems } = readSteps(JSON.stringify(drafts), { active: true, makeId: () => 'unused' });
  if (problems.length > 0) throw new Error(`the chaos workflow is refused: ${JSON.stringify(problems)}`);
  return steps;
}
