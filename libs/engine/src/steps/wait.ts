import { StepFailure } from '../step-failure.ts';
import type { Scope } from '../templates/scope.ts';
import { compileText } from '../templates/template.ts';
import { parseInstant } from '../time/instants.ts';
import { addSpan, countOf, describeSpan, nextTimeOfDay, type Unit } from '../time/spans.ts';
import { defineStep } from './define-step.ts';
import { durationProblem, longestWaitMs, type WaitConfig, waitConfig, weekdays } from './wait-config.ts';

/** Pauses the run for a time. */
export const waitStep = defineStep({
  type: 'wait',
  label: 'Wait',
  category: 'logic',
  description: 'Holds the run: for a length of time, until a point in time, or until a time of day.',
  config: waitConfig,
  example: { name: 'Pause', config: { duration: 1, unit: 'hours' } },
  waits: true,
  compile(config) {
    const target = compileTarget(config);
    return (scope) => {
      const { until, span } = reckon(target, scope);
      if (until - scope.now > longestWaitMs) throw new StepFailure('a wait can be at most 10 years long');
      return { kind: 'wait', until, span: span ?? describeSpan(until - scope.now) };
    };
  },
});

type Target = (scope: Scope) => { until: number; span?: string };

function compileTarget({ duration, unit, until, time_of_day, days_of_week = [] }: WaitConfig): Target {
  if (duration !== undefined && unit !== undefined) return compileDuration(duration, unit);
  if (until !== undefined) return compileUntil(until);
  const days = new Set(days_of_week.map((day) => weekdays.indexOf(day) + 1));
  return ({ now, timezone }) => ({ until: nextTimeOfDay(now, time_of_day ?? '00:00', days, timezone) });
}

function compileDuration(duration: string | number, unit: Unit): Target {
  const render = compileText(String(duration));
  return (scope) => {
    const text = render(scope).trim();
    const count = text === '' ? Number.NaN : Number(text);
    const problem = durationProblem(count, unit);
    if (problem) throw new StepFailure(`duration ${problem}, but it is "${text.slice(0, 100)}"`);
    return { until: addSpan(scope.now, count, unit, scope.timezone), span: countOf(count, unit) };
  };
}

function compileUntil(until: string): Target {
  const render = compileText(until);
  return (scope) => {
    const text = render(scope);
    const ms = parseInstant(text, scope.timezone);
    if (ms === undefined) throw new StepFailure(`until must be a timestamp, but it is "${text.slice(0, 100)}"`);
    return { until: ms };
  };
}

/** Computes the end of a wait. Beyond the limits of zone data or calendar the step fails, not the engine. */
function reckon(target: Target, scope: Scope): { until: number; span?: string } {
  try {
    return target(scope);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StepFailure(`the wait can't be reckoned in time zone ${scope.timezone}`, { cause: error });
  }
}
