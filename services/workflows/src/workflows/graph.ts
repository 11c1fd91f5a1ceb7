import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { activeProblems, readStepsInTurns, type Step } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { parseJson } from '@drippulse/json';
import { callbackProblems, openHostProblems, type UrlCheck } from './callback-urls.ts';
import type { InTurns } from './in-turns.ts';
import { actionProblems, refuseActions } from './integration-actions.ts';

/** Steps that are valid individually, and the ids that were generated because the caller gave none. */
export type Graph = { steps: Step[]; madeIds: ReadonlySet<string> };

/**
 * Options for reading the steps of a request. `strict` means that unknown members are refused, which a request can
 * prefer.
 */
export type Reading = { inTurns: InTurns; check: UrlCheck; strict: boolean };

/** Normalizes the steps of a request and refuses steps that cannot run; see `inspectGraph`. */
export async function readGraph(text: string | undefined, reading: Reading): Promise<Graph> {
  const { graph, problems, ofActions } = await inspectGraph(text, reading);
  if (reading.strict) refuseUnknown(problems);
  refuse(problems);
  refuseActions(ofActions);
  return graph;
}

/**
 * Normalizes the steps of a request, and returns the problems that prevent them from running. Problems of integration
 * actions are separate, because they are refused with a different reason. Must be called outside any transaction,
 * because it looks up the hosts of callbacks.
 */
export async function inspectGraph(
  text: string | undefined,
  { inTurns, check, strict }: Reading,
): Promise<{ graph: Graph; problems: Violation[]; ofActions: Violation[] }> {
  const madeIds = new Set<string>();
  const makeId = () => {
    const id = `step_${randomUUID().slice(-12)}`;
    madeIds.add(id);
    return id;
  };
  const reading = readStepsInTurns(text ?? '[]', { active: false, makeId, strict });
  const { steps, problems } = await inTurns(reading);
  const graph = { steps, madeIds };
  if (problems.length > 0) return { graph, problems, ofActions: [] };
  const ofUrls = [...openHostProblems(steps), ...(await callbackProblems(steps, check))];
  return { graph, problems: ofUrls, ofActions: ofUrls.length > 0 ? [] : actionProblems(steps) };
}

/** Refuses steps that a draft may have and an active workflow may not, such as an empty list. */
export function requireRunnable(steps: readonly Step[]): void {
  refuse(activeProblems(steps));
}

/**
 * Returns the steps with their final ids. A step without an id gets the id of the previous step at its position, if
 * both have the same type. Therefore saving equal steps again changes nothing, and the funnel still finds older
 * enrollments.
 */
export function withKeptIds(graph: Graph, former: readonly Step[]): Step[] {
  const taken = new Set(graph.steps.map((step) => step.id));
  return graph.steps.map((step, index) => {
    const counterpart = former[index];
    const isKept = graph.madeIds.has(step.id) && counterpart?.type === step.type && !taken.has(counterpart.id);
    return isKept ? { ...step, id: counterpart.id } : step;
  });
}

/** Whether two JSON strings have the same value. The order of keys is ignored. */
export function isSameJson(one: string, other: string): boolean {
  return one === other || isDeepStrictEqual(parseJson(one), parseJson(other));
}

function refuse(violations: Violation[]): void {
  const first = violations[0];
  if (first === undefined) return;
  throw new DomainError('malformed', 'invalid_step_graph', first.message, { violations });
}

/** Refuses steps with unknown parameters. The error lists all other problems too. */
function refuseUnknown(violations: Violation[]): void {
  const unknown = violations.find(({ code }) => code === 'unknown_member');
  if (unknown !== undefined) throw new DomainError('malformed', 'unknown_member', unknown.message, { violations });
}
