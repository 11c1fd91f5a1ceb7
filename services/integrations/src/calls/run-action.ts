import type { JsonObject } from '@drippulse/json';
import { type Action, type ActionPlace, ActionRefusal, type Verdict } from '@drippulse/providers';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';
import { type CallOptions, callProvider } from './call-provider.ts';
import { isSafe } from './failure-verdict.ts';

/** An action, with an input that the action has validated. */
export type PlannedAction = { action: Action; input: Parameters<Action['perform']>[0]; place: ActionPlace };

/** The result of an action. `output` is present only if the verdict is `ok` or `done`. */
export type ActionOutcome = { verdict: Verdict; output?: JsonObject };

/**
 * Progress of an action through its requests that must not be repeated: whether such a request may have been sent, and
 * whether such a request has been done.
 */
export type Progress = { hasSent: boolean; hasDone: boolean };

/**
 * Runs the requests of an action one after the other, until the action returns its output or a request is refused. A
 * refusal after an earlier request was done counts as `unknown` if a repeat of the action would do that request again.
 */
export async function runAction(
  ctx: Context,
  connection: UsableConnection,
  { action, input, place }: PlannedAction,
  options: Omit<CallOptions, 'freshConnection'> & { progress: Progress },
): Promise<ActionOutcome> {
  const { progress, ...call } = options;
  const freshConnection = action.repeat === 'none';
  const calls = action.perform(input, place);
  let used = connection;
  let last: Verdict = { class: 'ok' };
  try {
    for (let step = calls.next(); ; ) {
      if (step.done === true) return { verdict: last, output: step.value };
      const request = step.value;
      progress.hasSent ||= !isSafe(request);
      const made = await callProvider(ctx, used, request, {
        ...call,
        freshConnection: freshConnection && !isSafe(request),
      });
      used = made.connection;
      last = made.verdict;
      if (made.answer === undefined || (last.class !== 'ok' && last.class !== 'done')) {
        return { verdict: progress.hasDone ? afterHalf(action, last) : last };
      }
      progress.hasDone ||= !isSafe(request);
      await ctx.fault?.('after-answer');
      step = calls.next(made.answer);
    }
  } catch (error) {
    if (!(error instanceof ActionRefusal)) throw error;
    return { verdict: error.verdict };
  }
}

/**
 * Returns the verdict on a partly completed action. If a repeat would do the completed requests twice, the verdict is
 * `unknown`.
 */
function afterHalf({ repeat }: Action, verdict: Verdict): Verdict {
  const isTriedAgain = verdict.class === 'rate_limited' || verdict.class === 'temporary';
  return repeat === 'none' && isTriedAgain ? { class: 'unknown', problem: verdict.problem } : verdict;
}
