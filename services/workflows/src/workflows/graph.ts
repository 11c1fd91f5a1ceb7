import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { readSteps, type Step } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { parseJson, stringifyJson } from '@drippulse/json';
import { callbackProblems } from './callback-urls.ts';

/** Steps that are valid in themselves, and which of their ids were made here because the caller gave none. */
export type Graph = { steps: Step[]; madeIds: ReadonlySet<string> };

/** Normalises and checks the steps of a request. Looks up the hosts of callbacks: not inside a transaction. */
export async function readGraph(text: string | undefined, o: { allowPrivate: boolean }): Promise<Graph> {
  const madeIds = new Set<string>();
  const makeId = () => {
    const id = `step_${randomUUID().slice(-12)}`;
    madeIds.add(id);
    return id;
  };
  const { steps, problems } = readSteps(text ?? '[]', { active: false, makeId });
  refuse(problems);
  refuse(await callbackProblems(steps, o.allowPrivate));
  return { steps, madeIds };
}

/** Refuses what a draft may lack and an active workflow may not. */
export function requireRunnable(stepsText: string): void {
  refuse(readSteps(stepsText, { active: true, makeId: randomUUID }).problems);
}

/**
 * The steps as they are stored. A step sent without an id keeps the id of the step that was in its place, if that had
 * the same type: the same steps sent twice are no change, and the funnel finds its older enrollments.
 */
export function toStepsText(graph: Graph, former: readonly Step[] = []): string {
  const taken = new Set(graph.steps.map((step) => step.id));
  const steps = graph.steps.map((step, index) => {
    const counterpart = former[index];
    const isKept = graph.madeIds.has(step.id) && counterpart?.type === step.type && !taken.has(counterpart.id);
    return isKept ? { ...step, id: counterpart.id } : step;
  });
  return stringifyJson(steps);
}

/** The steps of a stored version, which were checked when they were stored. */
export function storedSteps(stepsText: string): Step[] {
  return readSteps(stepsText, { active: false, makeId: randomUUID }).steps;
}

/** Whether two JSON texts say the same; the order of keys says nothing. */
export function isSameJson(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(parseJson(one), parseJson(other));
}

function refuse(violations: Violation[]): void {
  const first = violations[0];
  if (first === undefined) return;
  throw new DomainError('malformed', 'invalid_step_graph', first.message, { violations });
}
