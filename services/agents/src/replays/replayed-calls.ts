import { type ModelStep, toolStepsOf } from '../calls/step.ts';
import type { Rehearsed } from '../rehearsals/rehearsal.ts';
import { isOutside, isSame } from '../rehearsals/stub-tool.ts';
import { bodyOfReused } from './replay-model.ts';

/** A call of an execution, or of the execution's replay. */
type ReplayedCall = {
  seq: number;
  name: string;
  /** The name of the action, for tool calls only. */
  action: string | undefined;
  /** Whether the execution made the call. `isUsed` says whether the replay used the call's result. */
  isRecorded: boolean;
  isUsed: boolean;
};

/** Returns the calls of an execution by a model, followed by the calls that only the replay made. */
export function replayedCalls(recorded: Rehearsed['steps'], replayed: Rehearsed['steps']): ReplayedCall[] {
  const own = recorded
    .filter(({ attempts, formerAttempts }) => attempts + formerAttempts > 0)
    .map((step) => ({ ...callOf(step), isRecorded: true, isUsed: isUsed(step, replayed) }));
  const added = replayed
    .filter((step) => bodyOfReused(step) === undefined && !isKnown(step, recorded))
    .map((step) => ({ ...callOf(step), isRecorded: false, isUsed: false }));
  return [...own, ...added];
}

function callOf(step: ModelStep): Pick<ReplayedCall, 'seq' | 'name' | 'action'> {
  const [tool] = toolStepsOf([step]);
  return { seq: step.seq, name: step.kind, action: tool?.request.name };
}

function isUsed(step: ModelStep, replayed: Rehearsed['steps']): boolean {
  const [tool] = toolStepsOf([step]);
  if (tool !== undefined) return isOutside(tool.result) && isKnown(step, replayed);
  const { body } = step.request;
  return step.status === 'succeeded' && replayed.some((other) => bodyOfReused(other) === body);
}

/** Whether a step is a tool call that is also in the chain `others`. */
function isKnown(step: ModelStep, others: Rehearsed['steps']): boolean {
  const [tool] = toolStepsOf([step]);
  return tool !== undefined && toolStepsOf(others).some((other) => isSame(other, tool));
}
