import type { z } from 'zod';
import { choice, config, number, orTemplate } from '../parameters.ts';
import type { Compiling } from '../templates/compiling.ts';
import type { Scope } from '../templates/scope.ts';
import { type Unit, unitMs, units } from '../time/spans.ts';
import { compileSpan, durationProblem, reckon } from './span.ts';

/** A year, including a leap day. */
const longest = { ms: 366 * unitMs.days, words: 'a year' };
const unlessGiven = { duration: 30, unit: 'days' } as const satisfies { duration: number; unit: Unit };

/** The timeout parameter of steps that park. */
export const timeoutShape = {
  timeout: config({
    duration: orTemplate(number()).describe('How long, at least 1.'),
    unit: choice(units).describe('Unit of duration. Days and weeks are calendar units.'),
  })
    .superRefine(({ duration, unit }, context) => {
      const problem = typeof duration === 'number' ? durationProblem(duration, unit, longest) : undefined;
      if (problem)
        context.addIssue({ code: 'custom', path: ['duration'], message: problem, params: { code: 'range' } });
    })
    .default(unlessGiven)
    .describe('How long it waits at most: duration and unit, at most a year.'),
};

export type Timeout = z.output<typeof timeoutShape.timeout>;

/** Compiles a timeout: its end, in epoch milliseconds, and its length in words. */
export function compileTimeout(
  { duration, unit }: Timeout,
  compiling: Compiling,
): (scope: Scope) => { until: number; span: string } {
  const span = compileSpan(duration, unit, { name: 'timeout.duration', longest, compiling });
  return (scope) => reckon(span, scope);
}
