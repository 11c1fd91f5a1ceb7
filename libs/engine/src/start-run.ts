import type { RunState } from './run.ts';

/** Returns the state of a new run: due immediately on the first step. */
export function startRun(): RunState {
  return { status: 'active', stepIndex: 0, phase: 'ready', wakeAt: null, attempt: 0, visits: {} };
}
