import { expect, test } from '@jest/globals';
import { createCompilation } from './compilation.ts';
import { eventTriggerOf } from './event-trigger.ts';

const now = new Date('2026-05-06T08:00:00Z');
const lead = { email: 'ada@example.com', score: 40, event_name: 'lead.created', properties: { status: 'new' } };

function triggerOf(config: object) {
  const steps = [{ type: 'trigger', config: { kind: 'event', event_name: 'lead.created', ...config } }];
  return eventTriggerOf(steps, createCompilation({}));
}

test('an event trigger says which event it waits for, and in which zone its runs are', () => {
  expect(triggerOf({})).toMatchObject({ eventName: 'lead.created', timezone: 'UTC' });
  expect(triggerOf({ timezone: 'Asia/Tokyo' })).toMatchObject({ timezone: 'Asia/Tokyo' });
  expect(triggerOf({})?.accepts({}, now).matches).toBe(true);
});

test.each([
  ['no steps', []],
  ['no trigger', [{ type: 'log', config: { kind: 'event', event_name: 'lead.created' } }]],
  ['a manual trigger', [{ type: 'trigger', config: {} }]],
  ['a schedule', [{ type: 'trigger', config: { frequency: 'daily' } }]],
])('%s waits for no event', (_name, steps) => {
  expect(eventTriggerOf(steps, createCompilation({}))).toBeUndefined();
});

test.each([
  [{ field: 'score', operator: 'greater_than', value: 39 }, true],
  [{ field: 'properties.status', operator: 'equals', value: 'NEW' }, false],
  [{ field: 'event_name', operator: 'equals', value: 'lead.created' }, true],
  [{ field: 'email', operator: 'equals', value: '{{ email }}' }, true],
  [{ field: 'email', operator: 'equals', value: '{{ email | append: properties | truncate: -1 }}' }, false],
])('a filter of %j lets the lead in: %s', (condition, isIn) => {
  expect(triggerOf({ filter: { conditions: [condition] } })?.accepts(lead, now).matches).toBe(isIn);
});

test('a filter whose value cannot be rendered lets nothing in', () => {
  const endless = { field: 'email', operator: 'not_equals', value: '{{ big | append: big | append: big }}' };
  const data = { ...lead, big: 'x'.repeat(900_000) };
  expect(triggerOf({ filter: { conditions: [endless] } })?.accepts(data, now)).toMatchObject({
    matches: false,
    isUndecided: true,
  });
});
