import type { Violation } from '@drippulse/errors';
import { nearest } from '@drippulse/json';
import { reachableFrom } from '../graph.ts';
import type { Exit } from '../steps/step-type.ts';
import { type Hints, stepProblem } from './problems.ts';
import type { ReadStep } from './read-step.ts';

/** An exit and the index of its target; undefined if there is no such step. */
type Landing = Exit & { index: number | undefined };

/** Maximum number of targets for which a name is suggested: each target is compared with the id of every step. */
const mostSuggestions = 20;

/** Finds the problems of each step, in the order of steps: unknown targets, and loops without a wait. */
export function checkGraph(steps: readonly ReadStep[]): Violation[][] {
  const indexes = new Map(steps.map(({ step }, index) => [step.id, index]));
  const landings = steps.map(({ bound }, index) => (bound?.exits ?? []).map((exit) => land(exit, index)));
  const exits = landings.map((ways) => ways.map(({ index }) => index ?? steps.length));
  const withoutWait = (index: number) => steps[index]?.waits !== true;
  const spinning = new Map<number, Set<number>>();
  let suggestions = 0;
  return landings.map((ways, index) => [...misplaced(index), ...ways.flatMap((way) => check(way, index))]);

  function land(exit: Exit, index: number): Landing {
    if (exit.target === 'next') return { ...exit, index: index + 1 };
    return { ...exit, index: exit.target === 'end' ? steps.length : indexes.get(exit.target) };
  }

  function check({ key, target, index: to }: Landing, from: number): Violation[] {
    if (to === undefined) {
      const message = `${key} names no step: ${target.slice(0, 100)}`;
      const suggestion = suggestions < mostSuggestions ? nearest(target, indexes.keys()) : undefined;
      suggestions += 1;
      return complain(from, `config.${key}`, message, {
        code: 'not_found',
        ...(suggestion !== undefined && { suggestion }),
      });
    }
    if (to > from || !reachedWithoutWait(to).has(from)) return [];
    return complain(from, `config.${key}`, `${key} goes back to step ${to} without a wait in between`, {
      code: 'not_allowed',
    });
  }

  function reachedWithoutWait(start: number): Set<number> {
    const known = spinning.get(start) ?? reachableFrom(exits, [start], withoutWait);
    spinning.set(start, known);
    return known;
  }

  function misplaced(index: number): Violation[] {
    const isTrigger = index > 0 && steps[index]?.step.type === 'trigger';
    return isTrigger ? complain(index, 'type', 'a trigger may only be the first step', { code: 'not_allowed' }) : [];
  }

  function complain(index: number, key: string, message: string, hints: Hints): Violation[] {
    return [stepProblem(index, steps[index]?.step.type ?? 'unknown', key, message, hints)];
  }
}
