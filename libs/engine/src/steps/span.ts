import { StepFailure } from '../step-failure.ts';
import type { Compiling } from '../templates/compiling.ts';
import type { Scope } from '../templates/scope.ts';
import { compileText } from '../templates/template.ts';
import { addSpan, countOf, type Unit, unitMs } from '../time/spans.ts';

/** The maximum length of a step's wait, in milliseconds and in words. */
export type Longest = { ms: number; words: string };

/** Returns the end of a wait in epoch milliseconds, and its length in words if it was given as a length. */
export type Target<Span extends { until: number; span?: string }> = (scope: Scope) => Span;

/** Returns the problem of a length of time as the end of a sentence; undefined if there is no problem. */
export function durationProblem(count: number, unit: Unit, longest: Longest): string | undefined {
  if (Number.isNaN(count)) return 'must be a number';
  if (count < 1) return 'must be at least 1';
  if (count * unitMs[unit] > longest.ms) return `must be at most ${longest.words}`;
  if ((unit === 'days' || unit === 'weeks') && !Number.isInteger(count)) return `must be a whole number of ${unit}`;
  return undefined;
}

/** Compiles a length of time, which may be a template. The step fails if the template renders something else. */
export function compileSpan(
  duration: string | number,
  unit: Unit,
  { name, longest, compiling }: { name: string; longest: Longest; compiling: Compiling },
): Target<{ until: number; span: string }> {
  const render = compileText(String(duration), compiling);
  return (scope) => {
    const text = render(scope).trim();
    const count = text === '' ? Number.NaN : Number(text);
    const problem = durationProblem(count, unit, longest);
    if (problem) throw new StepFailure(`${name} ${problem}, but it is "${text.slice(0, 100)}"`);
    return { until: addSpan(scope.now, count, unit, scope.timezone), span: countOf(count, unit) };
  };
}

/**
 * Computes the end of a wait. Throws StepFailure if the end is beyond the limits of the zone data or the calendar, so
 * that only the step fails.
 */
export function reckon<Span extends { until: number; span?: string }>(target: Target<Span>, scope: Scope): Span {
  try {
    return target(scope);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StepFailure(`the wait can't be reckoned in time zone ${scope.timezone}`, { cause: error });
  }
}
