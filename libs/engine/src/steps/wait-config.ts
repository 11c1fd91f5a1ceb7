import type { ViolationCode } from '@drippulse/errors';
import { z } from 'zod';
import { choice, config, number, orTemplate, template } from '../parameters.ts';
import { isTemplate } from '../templates/template.ts';
import { parseInstant } from '../time/instants.ts';
import { unitMs, units } from '../time/spans.ts';
import { durationProblem, type Longest } from './span.ts';

export const longestWait: Longest = { ms: 3_653 * unitMs.days, words: '10 years' };
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const weekday = z.preprocess((name) => weekdays.find((day) => isNamed(day, name)) ?? name, z.enum(weekdays));

/** The parameters of a wait, in one of three forms. */
export const waitConfig = config({
  duration: orTemplate(number())
    .optional()
    .describe('How long, at least 1, together with unit. Days and weeks are calendar units: the time of day stays.'),
  unit: choice(units).optional().describe('Unit of duration.'),
  until: template()
    .min(1)
    .optional()
    .describe("A timestamp, or a template that gives one; in the enrollment's time zone unless it has an offset."),
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
    .describe('Days on which time_of_day counts, such as monday or mon; all unless given.'),
}).superRefine((wait, context) => {
  for (const [key, message, code] of problemsOf(wait)) {
    context.addIssue({ code: 'custom', path: [key], message, params: { code } });
  }
});

export type WaitConfig = z.output<typeof waitConfig>;

type Problem = [key: keyof WaitConfig & string, message: string, code: ViolationCode];

function problemsOf(wait: z.output<z.ZodObject<typeof waitConfig.shape>>): Problem[] {
  return [...formProblems(wait), ...valueProblems(wait)];
}

function formProblems({ duration, unit, until, time_of_day, days_of_week }: WaitConfig): Problem[] {
  const count = [duration, until, time_of_day].filter((form) => form !== undefined).length;
  if (count > 1) return [['duration', 'excludes until and time_of_day, and they exclude each other', 'not_allowed']];
  if (days_of_week !== undefined && time_of_day === undefined) {
    return [['time_of_day', 'is required for days_of_week', 'required']];
  }
  if (count === 0) {
    return [['duration', unit === undefined ? 'is required, or until, or time_of_day' : 'is required', 'required']];
  }
  return duration !== undefined && unit === undefined ? [['unit', 'is required', 'required']] : [];
}

function valueProblems({ duration, unit = 'seconds', until }: WaitConfig): Problem[] {
  const problem = typeof duration === 'number' ? durationProblem(duration, unit, longestWait) : undefined;
  if (problem) return [['duration', problem, 'range']];
  const isTime = until === undefined || isTemplate(until) || parseInstant(until, 'UTC') !== undefined;
  return isTime ? [] : [['until', 'must be a timestamp such as 2026-05-01T09:00:00Z, or a template', 'format']];
}

/** Whether a string names a day: `mon` and `Monday` both mean monday. */
function isNamed(day: string, name: unknown): boolean {
  const lower = typeof name === 'string' ? name.toLowerCase() : '';
  return lower === day || (lower.length === 3 && day.startsWith(lower));
}
