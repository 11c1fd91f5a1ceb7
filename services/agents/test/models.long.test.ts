import { once } from 'node:events';
import { type ModelProvider, prices, startModelProvider } from '@drippulse/fake-providers/models';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { eventually, takesAll } from '@drippulse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { faultPoints } from '../src/fault-points.ts';
import { editor, type Harness, startHarness } from './harness.ts';
import { killAndFreeze } from './killed-and-frozen.ts';
import { endLeases } from './leases.ts';
import { expectSumsEqual, ledgerOf, queueModel, spawnChild } from './ledger-checks.ts';

const runs = takesAll ? 50 : 5;
const minutes = Number(process.env['TEST_FREEZE_MINUTES'] ?? 1);
const answer = { text: '{"class":"other","confidence":0.5,"summary":"S"}' };

let provider: ModelProvider;
let harness: Harness;
let agentId: bigint;
beforeAll(async () => {
  provider = await startModelProvider();
  harness = await startHarness({
    env: { LLM_BASE_URL: provider.url, LLM_MODEL: 'm', LLM_PRICES: JSON.stringify(prices) },
    config: { reservationGraceMs: 500 },
  });
  const { agent } = await harness
    .agents(editor)
    .spawnAgent({ name: 'Classifier', type: AgentType.TEMPLATE, templateId: 3n });
  agentId = agent?.id ?? 0n;
});
afterAll(async () => {
  await harness?.stop();
  await provider?.stop();
});
beforeEach(() => {
  provider.clear();
  provider.answer(answer);
});

test.each([...faultPoints, 'out'] as const)(
  `killed ${runs} times %s: no call after a stored answer, and each further call an attempt with its charge`,
  async (point) => {
    await harness.stopServices();
    for (let run = 0; run < runs; run += 1) {
      provider.clear();
      provider.answer(answer);
      const before = provider.bill();
      const child = spawnChild(harness, point);
      if (point === 'out') provider.onRequest(() => void child.kill('SIGKILL'));
      const id = await queueModel(harness, agentId, JSON.stringify({ body: `run ${run}` }));
      await once(child, 'exit');
      provider.onRequest(undefined);
      await endLeases(harness);
      await harness.start();
      await eventually(async () => {
        const { execution } = await harness.executions(editor).getAgentExecution({ agentId, id });
        expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
      });
      await harness.stopServices();
      const calls = { 'before-send': 1, 'after-answer': 2, 'after-commit': 1, out: 2 }[point];
      expect(provider.requests).toHaveLength(calls);
      const ledger = await ledgerOf(harness, id);
      expect(ledger.map(({ state }) => state)).toEqual(point === 'after-commit' ? ['settled'] : ['assumed', 'settled']);
      const charged = ledger.reduce((sum, one) => sum + one.charged, 0n);
      expect(charged).toBeGreaterThanOrEqual(provider.bill() - before);
    }
    await expectSumsEqual(harness);
    await harness.start();
  },
  1_500_000,
);

test(`two processes that are killed and frozen for ${minutes} minutes keep limit, ledger and bill in this order`, async () => {
  provider.answer({ ...answer, delayMs: 200 });
  // `perRound` is larger than the number of executions that one process works on at the same time.
  const o = { agentId, forMs: minutes * 60_000, perRound: 40, frozenMs: 9_000 };
  const { samples, differences } = await killAndFreeze(harness, provider, o);
  expect(samples).toBeGreaterThan(20 * minutes);
  expect(differences.length).toBeGreaterThan(0);
}, 1_500_000);
