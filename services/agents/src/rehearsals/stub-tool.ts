import { type CallPlace, checkCall } from '../tools/check-call.ts';
import { identityOf } from '../tools/next-tools.ts';
import type { ToolResult, ToolStep } from '../tools/state.ts';
import type { RecordedWorld } from './rehearsal.ts';

const notPerformed: ToolResult = {
  outcome: 'succeeded',
  output: { message: 'This is a test: it was not performed.' },
};

/** What a step of a tool comes to without being performed, and whether that is what had been recorded. */
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

/** The result of the same call; of several that were the same, that of the one in its place, or of the last. */
function recordedFor(
  step: ToolStep,
  recorded: RecordedWorld['tools'],
  before: readonly ToolStep[],
): ToolResult | undefined {
  const same = recorded.flatMap((one) => (isSame(one, step) && isOutside(one.result) ? [one.result] : []));
  const turn = before.filter((one) => one.seq < step.seq && isSame(one, step)).length;
  return same[Math.min(turn, same.length - 1)];
}

/** Whether they are the same call, in whatever order its arguments come. */
export function isSame(one: Pick<ToolStep, 'kind' | 'request'>, other: Pick<ToolStep, 'kind' | 'request'>): boolean {
  return one.kind === other.kind && identityOf(one.request) === identityOf(other.request);
}

/** Whether it came from outside. Refusals of a policy are made anew, by the policy of the rehearsal. */
export function isOutside(result: ToolResult | null): result is ToolResult {
  if (result === null || result.outcome === 'passing' || result.outcome === 'waiting') return false;
  return result.outcome !== 'refused' || result.why === 'failed';
}
