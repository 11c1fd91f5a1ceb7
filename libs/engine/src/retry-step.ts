import type { Definition } from './definition.ts';
import { type Run, type RunState, visitsOf } from './run.ts';

/**
 * Returns the state after a person retries the step on which a run failed. The step is due immediately, as a new visit,
 * so that an effect gets a new key. The caller checks that the run has failed.
 */
export function retryStep(definition: Definition, { state }: Pick<Run, 'state'>): RunState {
  const id = definition.steps[state.stepIndex]?.id;
  const visits = id === undefined ? state.visits : { ...state.visits, [id]: visitsOf(state, id) + 1 };
  return {
    status: 'active',
    stepIndex: state.stepIndex,
    phase: 'ready',
    wakeAt: null,
    attempt: 0,
    visits,
    ...(state.goals && { goals: state.goals }),
  };
}
