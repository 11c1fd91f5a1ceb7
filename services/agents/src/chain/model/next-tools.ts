import { callIdOf, toolStepsOf } from '../../calls/step.ts';
import type { ToolCall } from '../../llm/read-answer.ts';
import { nextOfTools, planCalls, type ToolState } from '../../tools/next-tools.ts';
import { actionName } from '../../tools/offer.ts';
import type { ToolNext } from '../../tools/state.ts';
import type { ModelNext, ModelState } from './state.ts';

/** Decides the next action after an answer in which the model calls tools. */
export function onToolCalls(state: ModelState, calls: readonly ToolCall[]): ModelNext {
  const seq = state.steps.at(-1)?.seq ?? 0;
  const requests = calls.map(({ name, input }, index) => ({
    ...{ call_id: callIdOf(seq, index), name: actionName(name), input },
  }));
  return nextOf(planCalls(toolStateOf(state), requests));
}

/** Decides the next action after a last step of kind `tool_call` or `approval`. */
export function afterTools(state: ModelState): ModelNext {
  return nextOf(nextOfTools(toolStateOf(state)));
}

function nextOf(following: ToolNext): ModelNext {
  return following.do === 'ask_model' ? { do: 'plan', steps: [{ kind: 'model_call', request: {} }] } : following;
}

function toolStateOf({ steps, place, bounds, now, deadline, isDue, random }: ModelState): ToolState {
  // A model call that a budget refused has failed without an answer, so it is not counted.
  const asked = steps.filter(({ kind }) => kind === 'model_call' || kind === 'repair');
  const answers = asked.filter(({ status }) => status !== 'failed').length;
  const { maxRetries } = bounds;
  return { steps: toolStepsOf(steps), answers, place, maxRetries, now, deadline, isDue, random };
}
