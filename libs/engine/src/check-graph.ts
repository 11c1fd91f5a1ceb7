import type { Violation } from '@drippulse/runtime';
import type { Step } from './definition.ts';
import { reachableFrom } from './graph.ts';
import { stepProblem } from './problems.ts';
import type { BoundStep, Exit } from './steps/step-type.ts';

/** A step as read: `bound` is absent when its config is not valid. */
export type ReadStep = { step: Step; bound?: BoundStep; waits: boolean; problems: Violation[] };

/** What is wrong with the way steps follow each other. */
export function checkGraph(steps: readonly ReadStep[]): Violation[] {
  const indexes = new Map(steps.map(({ step }, index) => [step.id, index]));
  const jumps = steps.map(({ bound }, index) =>
    (bound?.exits ?? [{ target: 'next' }]).map((exit) => land(exit, index)),
  );
  const exits = jumps.map((landings) => landings.flatMap(({ index }) => (index === undefined ? [] : [index])));
  return steps.flatMap(({ step }, index) => [
    ...misplacedTrigger(step, index),
    ...(jumps[index] ?? []).flatMap((jump) => jumpProblem(step, index, jump)),
  ]);

  function land(exit: Exit, index: number): Landing {
    const { target } = exit;
    return { ...exit, index: target === 'next' ? index + 1 : target === 'end' ? steps.length : indexes.get(target) };
  }

  function jumpProblem(step: Step, index: number, { key, target, index: to }: Landing): Violation[] {
    const complain = (message: string) => [stepProblem(index, step.type, `config.${key}`, message)];
    if (to === undefined) return complain(`names no step: ${target.slice(0, 100)}`);
    if (to > index) return [];
    const spins = reachableFrom(exits, [to], (passed) => steps[passed]?.waits !== true).has(index);
    return spins ? complain(`goes back to step ${to} without a wait in between`) : [];
  }
}

/** An exit and the index it leads to; none when there is no such step. */
type Landing = Exit & { index: number | undefined };

function misplacedTrigger({ type }: Step, index: number): Violation[] {
  return type === 'trigger' && index > 0 ? [stepProblem(index, type, 'type', 'may only be the first step')] : [];
}
