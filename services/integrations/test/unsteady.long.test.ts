import { type Receiver, startReceiver, takesAll } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { actionEffect, settle } from './effects.ts';
import { editor, type Harness, startHarness } from './effects-harness.ts';
import { fixtureCatalog } from './fixture-provider.ts';

const steps = takesAll ? 500 : 150;
const limit = { points: 40, seconds: 1 };
const actions = ['make_by_key', 'put', 'look_and_make', 'post'];

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    env: { PROVIDER_HOSTS_OVERRIDE: receiver.url },
    overrides: { catalog: fixtureCatalog({ limits: [limit] }) },
  });
  await harness.addConnection('zoom', { token: 'tok_secret' });
});
afterAll(async () => {
  await harness?.stop();
  await receiver?.stop();
});

test(`${steps} steps at a provider that answers 429, 503 and nothing by turns all end right, within its limit`, async () => {
  /**
   * Number of times that the provider has done each effect, by key. An action that sends its key is done at most once
   * per key.
   */
  const done = new Map<string, number>();
  receiver.answer(({ method, url, headers, body }, index) => {
    if (method === 'GET') return { body: String(done.has(new URL(url, receiver.url).searchParams.get('key') ?? '')) };
    const turn = index % 7;
    if (turn === 2) return { status: 503 };
    if (index % 70 === 5) return { status: 429, headers: { 'retry-after': '1' } };
    const named = headers['idempotency-key'] ?? decodeURIComponent(/\/things\/(.+)$/.exec(url)?.[1] ?? '');
    if (named !== '') done.set(named, 1);
    else count(JSON.parse(body.toString()).key);
    // The effect is done, and its answer is lost.
    return turn === 4 ? { reset: true } : { body: '{"id":1}' };
  });
  function count(key: string): void {
    done.set(key, (done.get(key) ?? 0) + 1);
  }
  const effects = Array.from({ length: steps }, (_, index) => {
    const action = actions[index % actions.length] ?? 'put';
    return { action, effect: actionEffect(action) };
  });
  const client = harness.effects(editor);
  const ends = await Promise.all(
    effects.map(async ({ action, effect }) => ({ action, effect, ...(await settle(client, effect)) })),
  );
  let lost = 0;
  for (const { action, effect, outcome } of ends) {
    const isUnknown = action === 'post' && outcome?.case === 'failed';
    if (isUnknown) {
      expect(outcome.value.error).toMatch(/^outcome_unknown: /);
      lost += 1;
    } else expect([action, outcome?.case]).toEqual([action, 'succeeded']);
    expect([action, done.get(effect.key)]).toEqual([action, 1]);
  }
  expect(lost).toBeGreaterThan(0);
  // Two adjacent windows of the limiter may both be full, so a period of the limit's length contains at most twice the
  // limit.
  const times = receiver.requests.map(({ at }) => at.getTime());
  for (const [index, time] of times.entries()) {
    const within = times.slice(index).filter((other) => other < time + limit.seconds * 1_000).length;
    expect(within).toBeLessThanOrEqual(2 * limit.points);
  }
});
