import { z } from 'zod';
import { isTimeZone } from '../time/instants.ts';
import { frequencyProblem } from '../time/schedule.ts';
import { defineStep } from './define-step.ts';
import { choice, config } from './parameters.ts';

/** The parameters of a trigger. */
export const triggerConfig = config({
  kind: choice(['manual', 'schedule']).optional().describe('What starts runs; schedule where frequency is given.'),
  frequency: z
    .string()
    .optional()
    .describe('hourly, daily, weekly or a cron expression of five fields; only while the workflow is active.'),
  timezone: z.string().default('UTC').describe('IANA time zone that the frequency is reckoned in.'),
}).superRefine((trigger, context) => {
  const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  const { kind, frequency, timezone } = trigger;
  if (kind === 'schedule' && frequency === undefined) complain('frequency', 'is required for a schedule');
  if (kind === 'manual' && frequency !== undefined) complain('frequency', 'needs kind schedule');
  const problem = frequency === undefined ? undefined : frequencyProblem(frequency);
  if (problem) complain('frequency', problem);
  if (!isTimeZone(timezone)) complain('timezone', 'must be an IANA time zone such as Europe/Berlin');
  if (trigger['source'] !== undefined) complain('source', 'is not available yet');
});

/** Starts the run; only as the first step. */
export const triggerStep = defineStep({
  type: 'trigger',
  label: 'Trigger',
  category: 'trigger',
  description: 'Starts runs: when contacts are enrolled, or by a schedule. Only as the first step.',
  config: triggerConfig,
  example: { name: 'Start', config: { frequency: 'hourly' } },
  compile: () => () => ({ kind: 'done', message: 'Started' }),
});
