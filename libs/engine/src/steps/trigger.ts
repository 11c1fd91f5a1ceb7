import type { ViolationCode } from '@drippulse/errors';
import { z } from 'zod';
import { eventRule } from '../conditions/rule.ts';
import { choice, config } from '../parameters.ts';
import { isTimeZone } from '../time/instants.ts';
import { frequencyProblem } from '../time/schedule.ts';
import { crmSelection } from './crm-selection.ts';
import { defineStep } from './define-step.ts';

/** The parameters of a trigger. */
export const triggerConfig = config({
  kind: choice(['manual', 'schedule', 'event'])
    .optional()
    .describe('What starts runs; schedule where frequency is given, else manual.'),
  frequency: z
    .string()
    .optional()
    .describe('hourly, daily, weekly or a cron expression of five fields; only while the workflow is active.'),
  timezone: z
    .string()
    .default('UTC')
    .describe('IANA time zone that the frequency is reckoned in, and the runs of a schedule or event.'),
  source: crmSelection
    .optional()
    .describe('Which records of the CRM a schedule enrolls at each tick; one run without a contact unless given.'),
  event_name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Event that starts a run each time, such as lead.created; only while the workflow is active.'),
  filter: eventRule()
    .optional()
    .describe("Which of these events: a rule over the contact's fields, properties and event_name, of at most 16 KiB."),
}).superRefine((trigger, context) => {
  const complain = (path: string, message: string, code: ViolationCode) =>
    context.addIssue({ code: 'custom', path: [path], message, params: { code } });
  const { kind, frequency, timezone, source, event_name, filter } = trigger;
  const isSchedule = frequency !== undefined && (kind === undefined || kind === 'schedule');
  if (kind === 'schedule' && frequency === undefined) complain('frequency', 'is required for a schedule', 'required');
  if (kind !== undefined && kind !== 'schedule' && frequency !== undefined)
    complain('frequency', 'needs kind schedule', 'not_allowed');
  const problem = frequency === undefined ? undefined : frequencyProblem(frequency);
  if (problem) complain('frequency', problem, 'format');
  if (!isTimeZone(timezone)) complain('timezone', 'must be an IANA time zone such as Europe/Berlin', 'format');
  if (source !== undefined && !isSchedule) complain('source', 'needs a schedule', 'not_allowed');
  if (kind === 'event' && event_name === undefined) complain('event_name', 'is required for an event', 'required');
  if (kind !== 'event' && event_name !== undefined) complain('event_name', 'needs kind event', 'not_allowed');
  if (kind !== 'event' && filter !== undefined) complain('filter', 'needs kind event', 'not_allowed');
});

/** Starts the run. Allowed only as the first step. */
export const triggerStep = defineStep({
  type: 'trigger',
  label: 'Trigger',
  category: 'trigger',
  description:
    'Starts runs: when contacts are enrolled, by a schedule, or by an event. Only as the first step. Of workflows that ' +
    'start each other at most six run in a row.',
  config: triggerConfig,
  example: { name: 'Start', config: { frequency: 'hourly' } },
  compile: () => () => ({ kind: 'done', message: 'Started' }),
});
