import { type ModelStep, raiseStepsOf, type StoredAnswer } from '../../calls/step.ts';
import { textsIn } from '../../guards/invisible.ts';
import { foreignLinks } from '../../guards/links.ts';
import { judge } from './judge.ts';
import { afterTools, onToolCalls } from './next-tools.ts';
import type { ModelNext, ModelState } from './state.ts';

/** The first pause between attempts, in milliseconds. */
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Decides the next action of a chain. A stored answer is never requested again. */
export function nextOfModel(state: ModelState): ModelNext {
  const last = state.steps.at(-1);
  if (last === undefined) return failed('expired', 'It took longer than its input is kept.');
  if (last.kind === 'tool_call' || last.kind === 'approval') return afterTools(state);
  if (last.kind === 'budget') return afterQuestion(state, last);
  const { result } = last;
  if (last.status === 'succeeded' && result?.outcome === 'succeeded') return afterAnswer(state, result.answer);
  if (last.status === 'failed' && result?.outcome === 'failed') return failed(result.code, result.message);
  return nextAttempt(state, last);
}

/**
 * Decides the next action after a question about a budget. An approved raise repeats the model call. The question costs
 * nothing, so it is repeated until a person answers it.
 */
function afterQuestion({ isDue }: ModelState, last: ModelStep): ModelNext {
  const [question] = raiseStepsOf([last]);
  const { seq } = last;
  const result = question?.result ?? null;
  if (result?.outcome === 'approved') return { do: 'plan', steps: [{ kind: 'model_call', request: {} }] };
  if (result?.outcome === 'failed') return failed(result.code, result.message);
  if (result === null || isDue) return { do: 'perform', seq };
  return result.outcome === 'waiting' ? { do: 'park' } : { do: 'wait', ms: longestPauseMs };
}

function afterAnswer(state: ModelState, answer: StoredAnswer): ModelNext {
  const judged = judge(answer, state.outputSchema);
  if (judged.kind === 'output') {
    const [link] = textsIn(judged.output).flatMap((text) => linksOf(state, text));
    if (link === undefined) return { do: 'end', end: { status: 'succeeded', output: judged.output } };
    return repair(state, `Links to ${link} are not allowed.`);
  }
  if (judged.kind === 'refused') return failed('refused_by_model', 'The model refused to answer.');
  if (state.now >= state.deadline) return timedOut();
  if (judged.kind === 'tools') return onToolCalls(state, judged.calls);
  return repair(state, judged.problem);
}

/** Plans a correction of a bad answer, at most once per execution. */
function repair({ steps, now, deadline }: ModelState, problem: string): ModelNext {
  if (now >= deadline) return timedOut();
  if (steps.some(({ kind }) => kind === 'repair')) return failed('invalid_output', problem);
  return { do: 'plan', steps: [{ kind: 'repair', request: { problem } }] };
}

/** Returns the links to hosts that a policy does not allow. A page that shows the output could load them. */
function linksOf({ place: { policies } }: ModelState, text: string): string[] {
  return policies.flatMap(({ linkHosts }) => foreignLinks(text, linkHosts));
}

function nextAttempt(state: ModelState, { result, attempts }: ModelStep): ModelNext {
  const { now, deadline, bounds } = state;
  if (now >= deadline) return timedOut();
  if (result?.outcome === 'uncertain' && !bounds.retryUncertain) return failed('provider_unavailable', result.error);
  if (attempts > bounds.maxRetries) {
    const hasError = result?.outcome === 'passing' || result?.outcome === 'uncertain';
    return failed('provider_unavailable', hasError ? result.error : 'An attempt was interrupted.');
  }
  const ms = state.isDue ? 0 : pauseOf(state, { result, attempts });
  if (ms === 0) return { do: 'call' };
  // Does not pause beyond the deadline, because the execution ends at the deadline.
  if (now.getTime() + ms < deadline.getTime()) return { do: 'wait', ms };
  return failed('provider_unavailable', result !== null && 'error' in result ? result.error : 'There is no time left.');
}

/** Returns the pause before the next attempt, counted from the end of the last attempt; 0 if nothing has failed. */
function pauseOf({ random }: ModelState, { result, attempts }: Pick<ModelStep, 'result' | 'attempts'>): number {
  if (result?.outcome !== 'passing' && result?.outcome !== 'uncertain') return 0;
  if (result.outcome === 'passing' && result.retryAfterSeconds !== undefined) {
    return Math.ceil(result.retryAfterSeconds * 1000);
  }
  return Math.round(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1)) * (0.5 + random / 2));
}

function timedOut(): ModelNext {
  return failed('timeout', 'The execution took longer than its policy allows.');
}

function failed(code: string, message: string): ModelNext {
  return { do: 'end', end: { status: 'failed', code, message } };
}
