import { type CallPlace, checkCall } from '../tools/check-call.ts';
import { identityOf } from '../tools/next-tools.ts';
import type { ToolResult, ToolStep } from '../tools/state.ts';
import type { RecordedWorld } from './rehearsal.ts';

const notPerformed: ToolResult = {
  outcome: 'succeeded',
  output: { message: 'This is a test: it was not performed.' },
};

/** Returns the result of a tool step without performing it, and whether the result was recorded. */
export function stubTool(
  step: ToolStep,
  { place, recorded, before }: { place: CallPlace; recorded: RecordedWorld['tools']; before: readonly ToolStep[] },
): { result: ToolResult; isRecorded: boolean } {
  const checked = checkCall(step.request, place);
  if ('refused' in checked) return { result: { outcome: 'refused', ...checked.refused }, isRecorded: false };
  const result = recordedFor(step, recorded, before);
  if (result !== undefined) return { result, isRecorded: true };
  return { result: step.kind === 'approval' ? { outcome: 'approved' } : notPerformed, isRecorded: false };
}

/**
 * Finds the recorded result of an identical call. The nth identical call gets the nth recorded result, or the last one
 * if there are fewer.
 */
function recordedFor(
  step: ToolStep,
  recorded: RecordedWorld['tools'],
  before: readonly ToolStep[],
): ToolResult | undefined {
  const same = recorded.flatMap((one) => (isSame(one, step) && isOutside(one.result) ? [one.result] : []));
  const turn = before.filter((one) => one.seq < step.seq && isSame(one, step)).length;
  return same[Math.min(turn, same.length - 1)];
}

/** Whether two calls are identical, regardless of the order of their arguments. */
export function isSame(one: Pick<ToolStep, 'kind' | 'request'>, other: Pick<ToolStep, 'kind' | 'request'>): boolean {
  return one.kind === other.kind && identityOf(one.request) === identityOf(other.request);
}

/**
 * Whether a result came from a performed call or a person, and not from the policy's refusal. Refusals are ignored,
 * because the rehearsal's own policy decides again.
 */
export function isOutside(result: ToolResult | null): result is ToolResult {
  if (result === null || result.outcome === 'passing' || result.outcome === 'waiting') return false;
  return result.outcome !== 'refused' || result.why === 'failed';
}
