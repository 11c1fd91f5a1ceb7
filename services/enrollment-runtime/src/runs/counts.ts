import { stepIdAt } from '../definitions/step-at.ts';
import type { Count } from '../funnel/counters.ts';
import type { Move } from './move.ts';

/** Returns the changes that moves make to the counters: from the step before to the step after, or to the end. */
export function countsOf(moves: readonly Move[]): Count[] {
  return moves.flatMap(({ run, definition, state }) => {
    const { workflowId, version, mode } = run.identity;
    const from = stepIdAt(definition, run.state.stepIndex);
    const to = stepIdAt(definition, state.stepIndex);
    const counted = state.status;
    if (counted === 'active' && from === to) return [];
    return [
      { workflowId, version, mode, stepId: from, counted: 'active', by: -1 },
      { workflowId, version, mode, stepId: to, counted, by: 1 },
    ] satisfies Count[];
  });
}
