import type { Definition } from './definition.ts';
import type { Run, RunState } from './run.ts';

/**
 * The state after a person has asked for another try of the step that a run failed on: due at once, and a new visit, so
 * that an effect gets a new key. Whether the run has failed is for the caller to check.
 */
export function retryStep(definition: Definition, { state }: Pick<Run, 'state'>): RunState {
  const id = definition.steps[state.stepIndex]?.id;
  const visits = id === undefined ? state.visits : { ...state.visits, [id]: (state.visits[id] ?? 0) + 1 };
  return { status: 'active', stepIndex: state.stepIndex, phase: 'ready', wakeAt: null, attempt: 0, visits };
}
