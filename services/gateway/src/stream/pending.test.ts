import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { expect, test } from '@jest/globals';
import { createPending } from './pending.ts';

const hint = (topic: string, id: string, kind = 'moved') => ({ organizationId: 7n, topic, id, kind, mode: Mode.LIVE });

test('a topic gets the first hint at once, and one merged hint a second after it', () => {
  const pending = createPending(['webhooks']);
  pending.add(hint('webhooks', '1'), 1n);
  expect(pending.take(0)).toEqual([{ topic: 'webhooks', id: '1', kind: 'moved' }]);
  pending.add(hint('webhooks', '1'), 2n);
  pending.add(hint('webhooks', '2', 'updated'), 3n);
  expect(pending.take(999)).toEqual([]);
  expect(pending.take(1000)).toEqual([{ topic: 'webhooks', id: null, kind: 'changed' }]);
  expect(pending.take(5000)).toEqual([]);
});

test('a part of a divided topic is of the whole too, and other topics are nobody’s', () => {
  const pending = createPending(['enrollments', 'enrollments:12']);
  pending.add(hint('enrollments:12', '1'), 1n);
  pending.add(hint('leads', '2'), 2n);
  expect(pending.take(0)).toEqual([
    { topic: 'enrollments', id: '1', kind: 'moved' },
    { topic: 'enrollments:12', id: '1', kind: 'moved' },
  ]);
  pending.add(hint('enrollments:13', '3'), 3n);
  expect(pending.take(1000)).toEqual([{ topic: 'enrollments', id: '3', kind: 'moved' }]);
});

test('who resumes from the oldest position gets every hint again that waits', () => {
  const pending = createPending(['webhooks', 'leads']);
  pending.add(hint('webhooks', '1'), 5n);
  pending.take(0);
  expect(pending.oldest()).toBeUndefined();
  pending.add(hint('webhooks', '2'), 6n);
  pending.add(hint('leads', '3'), 8n);
  pending.add(hint('webhooks', '4'), 9n);
  expect(pending.oldest()).toBe(5n);
  pending.take(500);
  // The lead hint is taken, while the webhook hint still waits for its gap to end.
  expect(pending.oldest()).toBe(5n);
  pending.take(1000);
  expect(pending.oldest()).toBeUndefined();
});

test('a loss replaces what waits, and stays until it is taken', () => {
  const pending = createPending(['webhooks', 'leads']);
  pending.add(hint('webhooks', '1'), 5n);
  pending.resync();
  pending.add(hint('webhooks', '2'), 6n);
  expect(pending.oldest()).toBe(0n);
  expect(pending.take(0)).toEqual([
    { topic: 'webhooks', id: null, kind: 'resync' },
    { topic: 'leads', id: null, kind: 'resync' },
  ]);
});
