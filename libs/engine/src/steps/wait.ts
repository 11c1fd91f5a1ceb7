import { z } from 'zod';
import type { Scope } from '../templates/scope.ts';
import { StepFailure } from '../templates/scope.ts';
import { compileText, isTemplate } from '../templates/template.ts';
import { parseInstant } from '../time/instants.ts';
import { addSpan, countOf, describeSpan, nextTimeOfDay, type Unit, unitMs, units } from '../time/spans.ts';
import { defineStep } from './define-step.ts';
import { choice, config, number, orTemplate, template } from './parameters.ts';

const longestMs = 3_653 * unitMs.days;
const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const weekday = z.preprocess(
  (value) => (typeof value === 'string' ? (weekdays.find((day) => isNamed(day, value)) ?? value) : value),
  z.enum(weekdays),
);

const waitConfig = config({
  duration: orTemplate(number(z.number().min(1)))
    .optional()
    .describe('How long, together with unit. Days and weeks are calendar units: the time of day stays.'),
  unit: choice(units).optional().describe('Unit of duration.'),
  until: template()
    .min(1)
    .optional()
    .describe('A timestamp, or a template that gives one. Local unless it has an offset.'),
  time_of_day: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'must be a time such as 09:30')
    .optional()
    .describe("The next time that clocks in the enrollment's time zone show this, such as 09:30."),
  days_of_week: z
    .array(weekday)
    .min(1)
    .max(7)
    .optional()
    .describe('Days on which time_of_day counts; all unless given.'),
}).superRefine(checkForm);

type WaitConfig = z.output<typeof waitConfig>;

/** Holds the run for a time. */
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
      if (until - scope.now > longestMs) throw new StepFailure('a wait can be at most 10 years long');
      return { kind: 'wait', until, span: span ?? describeSpan(until - scope.now) };
    };
  },
});

type Target = (scope: Scope) => { until: number; span?: string };

/** Zone data and the calendar have limits of their own; meeting one is a failure of this step, not of the engine. */
function reckon(target: Target, scope: Scope): { until: number; span?: string } {
  try {
    return target(scope);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new StepFailure(`the wait can't be reckoned in ${scope.timezone}`, { cause: error });
    }
    throw error;
  }
}

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
    const count = Number(text);
    const problem = text === '' || Number.isNaN(count) ? 'must be a number' : durationProblem(count, unit);
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

function durationProblem(count: number, unit: Unit): string | undefined {
  if (count < 1) return 'must be at least 1';
  if (count * unitMs[unit] > longestMs) return 'must be at most 10 years';
  if ((unit === 'days' || unit === 'weeks') && !Number.isInteger(count)) return `must be a whole number of ${unit}`;
  return undefined;
}

function checkForm(config: WaitConfig, context: z.RefinementCtx): void {
  const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const { duration, unit, until, time_of_day, days_of_week } = config;
  const forms = [duration ?? unit, until, time_of_day ?? days_of_week].filter((form) => form !== undefined);
  if (forms.length === 0) complain('duration', 'is required, or until, or time_of_day');
  else if (forms.length > 1)
    complain('duration', 'can not be combined with until or time_of_day, nor they with each other');
  else if (unit !== undefined && duration === undefined) complain('duration', 'is required');
  else if (duration !== undefined && unit === undefined) complain('unit', 'is required');
  else if (days_of_week !== undefined && time_of_day === undefined) complain('time_of_day', 'is required');
  if (typeof duration === 'number' && unit !== undefined) {
    const problem = durationProblem(duration, unit);
    if (problem) complain('duration', problem);
  }
  if (until !== undefined && !isTemplate(until) && parseInstant(until, 'UTC') === undefined) {
    complain('until', 'must be a timestamp such as 2026-05-01T09:00:00Z, or a template');
  }
}

/** `mon` and `Monday` both mean monday. */
function isNamed(day: string, name: string): boolean {
  const lower = name.toLowerCase();
  return lower === day || (lower.length === 3 && day.startsWith(lower));
}
