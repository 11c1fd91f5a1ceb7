import { compileDefinition, type Definition, type JsonObject, type Run, readSteps, startRun } from '../src/index.ts';

/** Reads and compiles steps; steps without an id get s0, s1 and so on. */
export function defineWorkflow(steps: readonly unknown[], workflowId = '7'): Definition {
  const read = readSteps(JSON.stringify(steps), { active: true, makeId: countedIds() });
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems));
  return compileDefinition({ workflowId, version: 1, steps: read.steps });
}

/** Returns the messages of all problems of steps. */
export function problemsOf(steps: readonly unknown[]): string[] {
  const { problems } = readSteps(JSON.stringify(steps), { active: false, makeId: countedIds() });
  return problems.map(({ message }) => message);
}

/** Makes a new run. */
export function newRun(data: JsonObject = {}, more: Partial<Run> = {}): Run {
  const identity = { enrollmentKey: 'e-1', contactKey: 'ada@example.com', timezone: 'UTC' };
  return { ...identity, mode: 'live', state: startRun(), data, ...more };
}

export function countedIds(): () => string {
  let count = 0;
  return () => `s${count++}`;
}
