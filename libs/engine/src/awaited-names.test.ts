import { expect, test } from '@jest/globals';
import { awaitedNamesOf } from './awaited-names.ts';
import type { Step } from './step.ts';

test('the names of events are those of every step that waits, each once', () => {
  const steps: Pick<Step, 'type' | 'config'>[] = [
    { type: 'trigger', config: { kind: 'event', event_name: 'started' } },
    { type: 'wait_for_event', config: { event_name: 'paid' } },
    { type: 'wait_for_event', config: { events: [{ event_name: 'left' }, { event_name: 'paid' }] } },
    { type: 'wait', config: { duration: 1 } },
  ];
  expect(awaitedNamesOf(steps)).toEqual(['paid', 'left']);
});

test('the names of events are also those that goals watch for', () => {
  const goals = [
    { name: 'bought', event_name: 'order.paid', action: 'exit' as const },
    { name: 'big', conditions: [] },
  ];
  expect(awaitedNamesOf([], { goals } as Parameters<typeof awaitedNamesOf>[1])).toEqual(['order.paid']);
});
