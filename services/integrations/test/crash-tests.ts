import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { clientFor, createGrpcPeers } from '@drippulse/rpc';
import { eventually, type Receiver, startReceiver } from '@drippulse/testing';
import { serviceOf } from '@drippulse/topology';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { actionEffect, answerFound, ask, effectsOf, settle, type TestEffect } from './effects.ts';
import { editor, type Harness, startHarness } from './effects-harness.ts';
import { fixtureCatalog } from './fixture-provider.ts';

const name = serviceOf('integrations');
/** One action for each value of `repeat`. */
const actions = ['make_by_key', 'put', 'look_and_make', 'post'];

/**
 * Kills a process at each of the given points. These are the points of `faultPoints`, and `after-send`, at which the
 * provider has received the request and has not answered.
 */
export function crashTests(points: readonly string[]): void {
  let receiver: Receiver;
  let harness: Harness;
  beforeAll(async () => {
    receiver = await startReceiver();
    harness = await startHarness({
      env: { PROVIDER_HOSTS_OVERRIDE: receiver.url },
      overrides: { catalog: fixtureCatalog() },
      start: false,
    });
    await harness.addConnection('zoom', { token: 'tok_secret' });
    await harness.start();
  });
  afterAll(async () => {
    await harness?.stop();
    await receiver?.stop();
  });
  beforeEach(() => {
    receiver.clear();
    answerFound(receiver);
  });

  test.each(points)('a process killed %s loses no effect, and does none twice', async (point) => {
    const effects = actions.map((action) => ({ action, effect: actionEffect(action) }));
    await killAt(
      point,
      effects.map(({ effect }) => effect),
    );
    const own = harness.effects(editor);
    const ends = await Promise.all(effects.map(async ({ effect }) => (await settle(own, effect)).outcome));
    const counts = effects.map(({ action, effect }) => effectsOf(receiver, action, effect.key));
    expect(counts.slice(0, 3)).toEqual([1, 1, 1]);
    expect(ends.slice(0, 3).map((end) => end?.case)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    // The last effect cannot be repeated. Its outcome is unknown, so a person decides.
    expect(counts[3]).toBe(point === 'before-send' ? 0 : 1);
    expect(ends[3]).toMatchObject({
      case: 'failed',
      value: { retryable: false, error: expect.stringMatching(/^outcome_unknown: /) },
    });
  });

  if (points.includes('before-send')) repeatTest();

  function repeatTest(): void {
    test('a step that says so repeats what may have been done', async () => {
      const effect = actionEffect('post', { on_unknown: 'repeat' });
      await killAt('after-send', [effect]);
      const own = harness.effects(editor);
      expect((await settle(own, effect)).outcome?.case).toBe('succeeded');
      expect(effectsOf(receiver, 'post', effect.key)).toBe(2);
    });
  }

  /** Ends the leases of a dead process. */
  async function endLeases(): Promise<void> {
    await harness.db
      .updateTable('effects')
      .set({ lease_until: new Date(0) })
      .where('status', '=', 'sending')
      .execute();
  }

  /** Requests the effects from a child process, which is killed when all effects have reached the point. */
  async function killAt(point: string, effects: readonly TestEffect[]): Promise<void> {
    const grpcPort = await freePort();
    const config = { ...harness.config, grpcHost: '127.0.0.1', grpcPort };
    const peers = createGrpcPeers({ [name]: `127.0.0.1:${grpcPort}` });
    const tokens = harness.keys.tokensOf(serviceOf('enrollments'));
    const client = clientFor(EffectsService, { peers, target: name, tokens })(editor);
    const release = point === 'after-send' ? receiver.hold() : undefined;
    const child = spawn(process.execPath, [fileURLToPath(new URL('child-service.ts', import.meta.url))], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        TEST_CONFIG: JSON.stringify(config),
        TEST_KILL_AT: point,
        TEST_EFFECTS: String(effects.length),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      await eventually(() => client.getEffectResult({ key: 'none', attempt: 1 }));
      const asked = Promise.allSettled(effects.map((effect) => ask(client, effect)));
      if (release !== undefined) {
        await receiver.received(effects.length);
        child.kill('SIGKILL');
      }
      expect((await ended)[1]).toBe('SIGKILL');
      await asked;
      await endLeases();
    } finally {
      child.kill('SIGKILL');
      peers.close();
      // The delayed requests had arrived, so the provider has done them. Their answers were lost.
      release?.();
      answerFound(receiver);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
