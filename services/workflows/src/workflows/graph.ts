import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { readSteps, type Step } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { parseJson } from '@drippulse/json';
import { callbackProblems, openHostProblems, type UrlCheck } from './callback-urls.ts';

/** Steps that are valid each by itself, and the ids that were made here because the caller gave none. */
export type Graph = { steps: Step[]; madeIds: ReadonlySet<string> };

/** Normalizes and checks the steps of a request. Do not call it inside a transaction: it looks up the hosts of callbacks. */
export async function readGraph(text: string | undefined, check: UrlCheck): Promise<Graph> {
  const madeIds = new Set<string>();
  const makeId = () => {
    const id = `step_${randomUUID().slice(-12)}`;
    madeIds.add(id);
    return id;
  };
  const { steps, problems } = readSteps(text ?? '[]', { active: false, makeId });
  refuse(problems);
  refuse(openHostProblems(steps));
  refuse(await callbackProblems(steps, check));
  return { steps, madeIds };
}

/** Refuses steps that a draft may have and an active workflow may not. */
export function requireRunnable(stepsText: string): void {
  refuse(readSteps(stepsText, { active: true, makeId: randomUUID }).problems);
}

/**
 * The steps with their final ids. A step without an id gets the id of the former step in its place, if that has the same
 * type: so the same steps sent twice are no change, and the funnel still finds older enrollments.
 */
export function withKeptIds(graph: Graph, former: readonly Step[]): Step[] {
  const taken = new Set(graph.steps.map((step) => step.id));
  return graph.steps.map((step, index) => {
    const counterpart = former[index];
    const isKept = graph.madeIds.has(step.id) && counterpart?.type === step.type && !taken.has(counterpart.id);
    return isKept ? { ...step, id: counterpart.id } : step;
  });
}

/** Whether two JSON texts have the same value; the order of keys does not count. */
export function isSameJson(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(parseJson(one), parseJson(other));
}

function refuse(violations: Violation[]): void {
  const first = violations[0];
  if (first === undefined) return;
  throw new DomainError('malformed', 'invalid_step_graph', first.message, { violations });
}
