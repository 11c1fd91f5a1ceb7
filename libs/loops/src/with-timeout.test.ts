import { MessageChannel } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import { TimeoutError, withTimeout } from './with-timeout.ts';

test('a promise that does not settle in time is rejected as a connection that timed out', async () => {
  const late = withTimeout(new Promise(() => undefined), 1, 'An answer');
  await expect(late).rejects.toThrow('An answer took longer than 1 ms');
  await expect(late).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  await expect(late).rejects.toBeInstanceOf(TimeoutError);
});

test('a promise that settles in time is passed on', async () => {
  expect(await withTimeout(Promise.resolve(7), 10_000, 'An answer')).toBe(7);
  await expect(withTimeout(Promise.reject(new Error('no')), 10_000, 'An answer')).rejects.toThrow('no');
});

test('an answer that arrived while the process was busy beyond the time counts', async () => {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => port1.once('message', resolve));
  const asked = withTimeout(answer, 1, 'An answer');
  port2.postMessage('here');
  for (const end = performance.now() + 20; performance.now() < end; );
  expect(await asked).toBe('here');
  port1.close();
});
