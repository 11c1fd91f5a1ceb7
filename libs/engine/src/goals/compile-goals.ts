import type { Compilation } from '../compilation.ts';
import { compileRule, type Rule, type RuleConfig } from '../conditions/rule.ts';
import type { Goal } from '../settings/settings.ts';
import { addSpan, unitMs } from '../time/spans.ts';

/** A goal of a version. Either `eventName` or `holds` is set. */
export type CompiledGoal = {
  readonly index: number;
  readonly name: string;
  readonly eventName: string | undefined;
  readonly holds: Rule | undefined;
  readonly action: 'count' | 'exit' | 'jump';
  /** The step to which a jump leads. */
  readonly next: number | undefined;
  /** The consequence in words, for the timeline. */
  readonly consequence: string;
  /**
   * Returns the end of the goal's window, which begins at the entry. A goal without a window can be met while the run
   * lasts.
   */
  readonly windowEnd: ((enteredAt: number, timezone: string) => number) | undefined;
};

/** Goals are watched at most this long after the end of a run, regardless of their windows. */
const watchedAfterMs = 90 * unitMs.days;

/** Compiles the goals of a version in their order. The rule of each goal is compiled at its first test. */
export function compileGoals(
  goals: readonly Goal[],
  resolve: (target: string) => number,
  compilation: Compilation,
): CompiledGoal[] {
  return goals.map(({ name, event_name: eventName, match, conditions, window, action, go_to: target }, index) => ({
    index,
    name,
    eventName,
    holds: conditions && compileLater({ match, conditions }, compilation),
    action,
    next: action === 'jump' && target !== undefined ? resolve(target) : undefined,
    consequence: action === 'count' ? 'counted' : action === 'exit' ? 'the run ends' : `going to ${target}`,
    windowEnd: window && ((enteredAt, timezone) => addSpan(enteredAt, window.duration, window.unit, timezone)),
  }));
}

function compileLater(rule: RuleConfig, { lazily }: Compilation): Rule {
  const compiled = lazily((compiling) => compileRule(rule, compiling));
  return (scope) => compiled()(scope);
}

/** Whether a goal can be met at a time. `endedAt` is the end of the run, if it has ended. */
export function isOpen(
  goal: CompiledGoal,
  { at, enteredAt, endedAt, timezone }: { at: number; enteredAt: number; endedAt?: number; timezone: string },
): boolean {
  if (goal.windowEnd === undefined) return endedAt === undefined;
  if (endedAt !== undefined && at > endedAt + watchedAfterMs) return false;
  return at <= goal.windowEnd(enteredAt, timezone);
}

/**
 * Returns the time until which the goals of an enrollment are watched after the end of its run; undefined if they are
 * not.
 */
export function watchedUntil(
  goals: readonly CompiledGoal[],
  { enteredAt, endedAt, timezone }: { enteredAt: number; endedAt: number; timezone: string },
): number | undefined {
  const ends = goals.flatMap(({ windowEnd }) => (windowEnd ? [windowEnd(enteredAt, timezone)] : []));
  const last = Math.min(Math.max(...ends), endedAt + watchedAfterMs);
  return ends.length > 0 && last > endedAt ? last : undefined;
}
