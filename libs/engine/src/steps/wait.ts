import { StepFailure } from '../step-failure.ts';
import type { Compiling } from '../templates/compiling.ts';
import { compileText } from '../templates/template.ts';
import { parseInstant } from '../time/instants.ts';
import { describeSpan, nextTimeOfDay } from '../time/spans.ts';
import { defineStep } from './define-step.ts';
import { compileSpan, reckon, type Target } from './span.ts';
import { longestWait, type WaitConfig, waitConfig, weekdays } from './wait-config.ts';

/** Pauses the run for a length of time, or until a time. */
export const waitStep = defineStep({
  type: 'wait',
  label: 'Wait',
  category: 'logic',
  description: 'Holds the run: for a length of time, until a point in time, or until a time of day.',
  config: waitConfig,
  example: { name: 'Pause', config: { duration: 1, unit: 'hours' } },
  waits: true,
  compile(config, { compiling }) {
    const target = compileTarget(config, compiling);
    return (scope) => {
      const { until, span } = reckon(target, scope);
      if (until - scope.now > longestWait.ms) throw new StepFailure('a wait can be at most 10 years long');
      return { kind: 'wait', until, span: span ?? describeSpan(until - scope.now) };
    };
  },
});

type WaitTarget = Target<{ until: number; span?: string }>;

function compileTarget(
  { duration, unit, until, time_of_day, days_of_week = [] }: WaitConfig,
  compiling: Compiling,
): WaitTarget {
  if (duration !== undefined && unit !== undefined) {
    return compileSpan(duration, unit, { name: 'duration', longest: longestWait, compiling });
  }
  if (until !== undefined) return compileUntil(until, compiling);
  const days = new Set(days_of_week.map((day) => weekdays.indexOf(day) + 1));
  return ({ now, timezone }) => ({ until: nextTimeOfDay(now, time_of_day ?? '00:00', days, timezone) });
}

function compileUntil(until: string, compiling: Compiling): WaitTarget {
  const render = compileText(until, compiling);
  return (scope) => {
    const text = render(scope);
    const ms = parseInstant(text, scope.timezone);
    if (ms === undefined) throw new StepFailure(`until must be a timestamp, but it is "${text.slice(0, 100)}"`);
    return { until: ms };
  };
}
