import { expect, test } from '@jest/globals';
import { keepParts } from './process-base.ts';

test('all parts begin to stop before the first has stopped, and stop in reverse order of opening', async () => {
  const { keep, stop } = keepParts();
  const calls: string[] = [];
  const called = (call: string) => void calls.push(call);
  keep({ stop: async () => called('database stopped') });
  for (const name of ['first', 'second']) {
    keep({ beginStop: () => called(`${name} began`), stop: async () => called(`${name} stopped`) });
  }
  await stop();
  expect(calls).toEqual(['first began', 'second began', 'second stopped', 'first stopped', 'database stopped']);
});

test('a part whose stop fails does not keep the others running', async () => {
  const { keep, stop } = keepParts();
  const stopped: string[] = [];
  keep({ stop: async () => void stopped.push('first') });
  keep({
    async stop() {
      throw new Error('planted');
    },
  });
  await expect(stop()).rejects.toThrow('planted');
  expect(stopped).toEqual(['first']);
});
