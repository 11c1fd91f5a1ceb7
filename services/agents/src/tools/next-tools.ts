import { canonicalJson } from '../json-objects.ts';
import type { ToolPolicy } from '../policies/tool-policy.ts';
import { type AskedCall, type CallPlace, checkCall } from './check-call.ts';
import type { PlannedTool, ToolNext, ToolRequest, ToolResult, ToolStep } from './state.ts';

/** The state of an execution's tools. */
export type ToolState = {
  /** All tool steps so far, in order. */
  steps: readonly ToolStep[];
  /** Number of the model's answers so far. */
  answers: number;
  place: CallPlace;
  maxRetries: number;
  now: Date;
  deadline: Date;
  /** Whether the pause after the last attempt is over, or a decision was announced. */
  isDue: boolean;
  /** Random number from 0 to 1, for jitter. */
  random: number;
};

/** The execution ends after this number of identical calls, because the model would otherwise loop. */
const mostIdentical = 3;
/** The execution also ends after this number of refused calls. */
const mostRefused = 3;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Decides the next action after an answer in which the model calls tools. */
export function planCalls(state: ToolState, calls: readonly ToolRequest[]): ToolNext {
  const before = state.steps.filter(({ kind }) => kind === 'tool_call').map(({ request }) => request);
  const { maxSteps, maxToolCalls } = boundsOf(state.place.policies);
  if (before.length + calls.length > maxToolCalls) {
    return failed('max_steps', `The model asked for more than ${maxToolCalls} calls.`);
  }
  if (state.answers >= maxSteps) return failed('max_steps', `The model was asked ${maxSteps} times and did not end.`);
  const counts = Map.groupBy([...before, ...calls], identityOf);
  if ([...counts.values()].some((same) => same.length >= mostIdentical)) {
    return failed('loop_detected', `The model asked for the same call ${mostIdentical} times.`);
  }
  return { do: 'plan', steps: calls.flatMap((request) => plannedOf(request, state.place)) };
}

/** Decides the next tool step. Calls are performed one after the other, in order. */
export function nextOfTools(state: ToolState): ToolNext {
  const problems = state.steps.flatMap(({ kind, result }) => (kind === 'tool_call' ? problemOf(result) : []));
  if (problems.length >= mostRefused) {
    const [problem = ''] = problems.slice(-1);
    return failed('action_denied', `The model asked for calls that are not allowed: ${problem}`.slice(0, 500));
  }
  const open = state.steps.find(({ result }) => !isOver(result));
  if (open === undefined) return { do: 'ask_model' };
  if (open.result?.outcome === 'failed') return failed(open.result.code, open.result.message);
  return open.kind === 'approval' ? nextOfApproval(state, open) : nextAttempt(state, open);
}

/** Plans a call, preceded by a question if it needs approval. Plans no question for a call that will be refused. */
function plannedOf(request: ToolRequest, place: CallPlace): PlannedTool[] {
  const checked = checkCall(request, place);
  const call: PlannedTool = { kind: 'tool_call', request };
  return 'action' in checked && checked.needsApproval ? [{ kind: 'approval', request }, call] : [call];
}

/**
 * Decides the next action after a question. A question costs nothing and exists once per key, so it is repeated until a
 * person answers it. The wait for a person does not count against the execution's time.
 */
function nextOfApproval({ isDue }: ToolState, { seq, result }: ToolStep): ToolNext {
  if (result === null || isDue) return { do: 'perform', seq };
  return result.outcome === 'waiting' ? { do: 'park' } : { do: 'wait', ms: longestPauseMs };
}

function nextAttempt(state: ToolState, { seq, attempts, result }: ToolStep): ToolNext {
  const { now, deadline, maxRetries, isDue } = state;
  if (now >= deadline) return failed('timeout', 'The execution took longer than its policy allows.');
  if (attempts > maxRetries) {
    return failed('provider_unavailable', result?.outcome === 'passing' ? result.error : 'An attempt was interrupted.');
  }
  const ms = isDue ? 0 : pauseOf(state, { attempts, result });
  if (ms === 0) return { do: 'perform', seq };
  // Does not pause beyond the deadline, because the execution ends at the deadline.
  if (now.getTime() + ms < deadline.getTime()) return { do: 'wait', ms };
  return failed('provider_unavailable', result?.outcome === 'passing' ? result.error : 'There is no time left.');
}

function pauseOf({ random }: ToolState, { attempts, result }: Pick<ToolStep, 'attempts' | 'result'>): number {
  if (result?.outcome !== 'passing') return 0;
  if (result.retryAfterSeconds !== undefined) return Math.ceil(result.retryAfterSeconds * 1000);
  return Math.round(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1)) * (0.5 + random / 2));
}

function isOver(result: ToolResult | null): boolean {
  return result?.outcome === 'succeeded' || result?.outcome === 'refused' || result?.outcome === 'approved';
}

/** Returns the reason for a refusal that the model could have avoided. */
function problemOf(result: ToolResult | null): string[] {
  return result?.outcome === 'refused' && result.why !== 'failed' ? [result.problem] : [];
}

/** Returns the strictest bounds of the policies. */
function boundsOf(policies: readonly ToolPolicy[]): Pick<ToolPolicy, 'maxSteps' | 'maxToolCalls'> {
  return {
    maxSteps: Math.min(...policies.map(({ maxSteps }) => maxSteps)),
    maxToolCalls: Math.min(...policies.map(({ maxToolCalls }) => maxToolCalls)),
  };
}

/** Returns a string that is equal for identical calls. The order of the arguments does not matter. */
export function identityOf({ name, input }: AskedCall): string {
  try {
    return `${name}\n${canonicalJson(JSON.parse(input))}`;
  } catch {
    return `${name}\n${input}`;
  }
}

function failed(code: string, message: string): ToolNext {
  return { do: 'end', end: { status: 'failed', code, message } };
}
