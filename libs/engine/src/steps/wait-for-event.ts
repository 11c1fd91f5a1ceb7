import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { compileRendering, eventRule, type RuleConfig } from '../conditions/rule.ts';
import { choice, config, formatCode, jump } from '../parameters.ts';
import type { Compiling } from '../templates/compiling.ts';
import type { Scope } from '../templates/scope.ts';
import { formatInstant } from '../time/instants.ts';
import { defineStep } from './define-step.ts';
import type { StubbedEffect } from './step-type.ts';
import { compileTimeout, timeoutShape } from './timeout.ts';

const mostEvents = 20;

const eventName = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => /^[a-z0-9_.:-]+$/.test(name), {
    message: 'may have lower-case letters, digits, and _ . : -',
    params: formatCode,
  });

const match = eventRule();

const waitForEventConfig = config({
  event_name: eventName.optional().describe('Event of the contact that it waits for, such as order.paid.'),
  match: match
    .optional()
    .describe(
      "Which of these events: a rule over the event's fields, of at most 16 KiB. Its values may be templates over the data.",
    ),
  events: z
    .array(
      config({
        event_name: eventName.describe('Event of the contact.'),
        match: match.optional().describe('Which of these events.'),
        go_to: jump().default('next').describe('Where to go when it comes: next, end or a step id.'),
      }),
    )
    .min(1)
    .max(mostEvents)
    .optional()
    .describe('Several events instead of event_name: the first that comes decides; at one instant the first here.'),
  ...timeoutShape,
  on_event: jump().default('next').describe('Where to go when event_name comes: next, end or a step id.'),
  on_timeout: jump().default('end').describe('Where to go when none comes in time: next, end or a step id.'),
  look_back: choice(['entry', 'none'])
    .default('entry')
    .describe('Whether an event counts that came after the enrollment began and before this step.'),
}).superRefine(({ event_name, events, match }, context) => {
  const complain = (path: string, message: string, code: 'required' | 'not_allowed') =>
    context.addIssue({ code: 'custom', path: [path], message, params: { code } });
  if (event_name === undefined && events === undefined) complain('event_name', 'is required, or events', 'required');
  if (event_name !== undefined && events !== undefined) complain('event_name', 'excludes events', 'not_allowed');
  if (match !== undefined && event_name === undefined) complain('match', 'needs event_name', 'not_allowed');
});

type WaitForEventConfig = z.output<typeof waitForEventConfig>;

/** Parks the run until an event of the contact arrives. */
export const waitForEventStep = defineStep({
  type: 'wait_for_event',
  label: 'Wait for event',
  category: 'logic',
  description:
    'Holds the run until an event of the contact comes, at most until the timeout. The event is under `event`.',
  outputs: ['event'],
  config: waitForEventConfig,
  example: {
    name: 'Has paid?',
    config: {
      event_name: 'order.paid',
      match: { conditions: [{ field: 'properties.order_id', operator: 'equals', value: '{{ order_id }}' }] },
      timeout: { duration: 3, unit: 'days' },
      on_event: 'next',
      on_timeout: 'end',
    },
  },
  waits: true,
  exits: ({ events, on_event, on_timeout }) => [
    ...(events?.map(({ go_to }, index) => ({ key: `events.${index}.go_to`, target: go_to })) ?? [
      { key: 'on_event', target: on_event },
    ]),
    { key: 'on_timeout', target: on_timeout },
  ],
  compile(config, { compiling }) {
    const timeout = compileTimeout(config.timeout, compiling);
    const awaited = awaitedOf(config).map((one) => compileAwaited(one, compiling));
    const names = awaitedOf(config)
      .map(({ event_name }) => event_name)
      .join(' or ');
    return (scope) => {
      const { until, span } = timeout(scope);
      const request = { events: awaited.map((render) => render(scope)), look_back: config.look_back };
      return {
        kind: 'park',
        until,
        request,
        message: `Waiting for ${names}, ${span} at most (until ${formatInstant(until)})`,
      };
    };
  },
  parks: {
    kind: 'wait_for_event',
    expired: { outcome: 'succeeded', message: 'No such event arrived in time', exit: 'on_timeout' },
    stub: describeFirst,
  },
});

/** An event that a step waits for: its name, its rule, and the key of the exit that the event leads to. */
type Awaited = { event_name: string; match: RuleConfig | undefined; exit: string };

function awaitedOf({ event_name = '', match, events }: WaitForEventConfig): Awaited[] {
  return (
    events?.map((event, index) => ({
      event_name: event.event_name,
      match: event.match,
      exit: `events.${index}.go_to`,
    })) ?? [{ event_name, match, exit: 'on_event' }]
  );
}

/**
 * Compiles an awaited event. The values of the rule are rendered with the data of the run when the run parks, because
 * the data are not available when the event arrives.
 */
function compileAwaited({ event_name, match, exit }: Awaited, compiling: Compiling): (scope: Scope) => JsonObject {
  const render = match === undefined ? () => null : compileRendering(match, compiling);
  return (scope) => ({ event_name, match: render(scope), exit });
}

/** Describes the wait in a test run, where the first event arrives immediately. */
function describeFirst({ events }: JsonObject): StubbedEffect {
  const [first] = Array.isArray(events) ? events : [];
  // The first event is an object, because this step rendered the request.
  const { event_name: name = '', exit = '' } = Object(first) as JsonObject;
  return {
    preview: `as if ${String(name)} came at once`,
    result: {
      outcome: 'succeeded',
      message: `Would continue with ${String(name)}`,
      output: { event: { name, properties: {} } },
      exit: String(exit),
    },
  };
}
