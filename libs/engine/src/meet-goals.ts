import type { CompiledStep } from './definition.ts';
import { type CompiledGoal, isOpen } from './goals/compile-goals.ts';
import { goalLine } from './goals/goal-line.ts';
import type { InTurns } from './in-turns.ts';
import type { Advance } from './run.ts';
import { StepFailure } from './step-failure.ts';
import { beginStep, end, needsPause, note, pause, stop, type Walk } from './walk.ts';

/** Whether an event has met a goal that has not yet acted on the run. */
export function hasDueGoals({ goals }: Walk): boolean {
  return goals !== undefined && goals.due.length > 0;
}

/**
 * Checks the goals before a step. Goals that events have met in the meantime act first, then the rules are tested in
 * order, all within the budget of one step. Returns the end of the run, `jumped` when another step is next, or
 * undefined when the step may run.
 */
export function* meetGoals(walk: Walk, step: CompiledStep): InTurns<Advance | 'jumped' | undefined> {
  const due = takeDue(walk);
  if (due !== undefined) return act(walk, step, due);
  beginStep(walk);
  for (const goal of walk.definition.goals) {
    if (goal.holds === undefined || !canMeet(walk, goal)) continue;
    if (needsPause(walk)) yield* pause(walk);
    walk.scope.warnings.clear();
    if (!holdsNow(walk, goal.holds)) continue;
    walk.goals = { met: [...(walk.goals?.met ?? []), goal.name], due: walk.goals?.due ?? [] };
    walk.metGoals.push(goal.name);
    const acted = act(walk, step, goal);
    if (acted !== undefined) return acted;
  }
  return undefined;
}

/** Lets due goals act on a run after its effect was settled. */
export function actOnDueGoals(walk: Walk, step: CompiledStep): Advance {
  for (let goal = takeDue(walk); goal !== undefined; goal = takeDue(walk)) {
    const acted = act(walk, step, goal);
    if (typeof acted === 'object') return acted;
  }
  if (walk.index >= walk.definition.steps.length) return end(walk, { index: walk.lastIndex }, 'completed');
  return stop(walk, 'ready', null);
}

/** Returns the outcome of a run that a goal ended. */
export function outcomeOfGoal(name: string): string {
  return `goal:${name}`;
}

function act(walk: Walk, step: CompiledStep, goal: CompiledGoal) {
  const { name, action, next } = goal;
  note(walk, step, 'succeeded', goalLine(goal));
  if (action === 'exit') return { ...end(walk, { index: walk.lastIndex }, 'completed'), outcome: outcomeOfGoal(name) };
  if (action === 'count' || next === undefined) return undefined;
  walk.index = next;
  return 'jumped';
}

function takeDue(walk: Walk): CompiledGoal | undefined {
  const [first, ...due] = walk.goals?.due ?? [];
  if (walk.goals === undefined || first === undefined) return undefined;
  walk.goals = { ...walk.goals, due };
  return walk.definition.goals[first];
}

function canMeet({ goals, run, scope }: Walk, goal: CompiledGoal): boolean {
  if (goals?.met.includes(goal.name)) return false;
  return isOpen(goal, { at: scope.now, enteredAt: run.enteredAt ?? scope.now, timezone: scope.timezone });
}

/** Returns whether a goal's rule is true now. A rule that cannot be decided is treated as false. */
function holdsNow({ scope }: Walk, holds: NonNullable<CompiledGoal['holds']>): boolean {
  try {
    return holds(scope);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return false;
  }
}
