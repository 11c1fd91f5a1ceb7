import { type Receiver, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { actionEffect, ask } from './effects.ts';
import { editor, type Harness, startHarness } from './effects-harness.ts';
import { fixtureCatalog } from './fixture-provider.ts';

/** Time for which the process is frozen, longer than the lease of an effect. */
const stillMs = 60_000;
let shiftMs = 0;
let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    env: { PROVIDER_HOSTS_OVERRIDE: receiver.url },
    clock: { now: () => new Date(Date.now() + shiftMs) },
    overrides: {
      catalog: fixtureCatalog(),
      fault(point) {
        if (point === 'before-send') shiftMs = stillMs;
      },
    },
  });
  await harness.addConnection('zoom', { token: 'tok_secret' });
});
afterAll(async () => {
  await harness?.stop();
  await receiver?.stop();
});

test('a process that stood still between the intent and the request sends nothing after the end of its lease', async () => {
  const result = await ask(harness.effects(editor), actionEffect('look_and_make'));
  expect(receiver.requests).toEqual([]);
  expect(result?.outcome).toMatchObject({
    case: 'failed',
    value: { retryable: true, error: 'look_and_make of Fixture: There was no time left (timeout)' },
  });
});
