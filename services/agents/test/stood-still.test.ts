import { type ModelProvider, prices, startModelProvider } from '@drippulse/fake-providers/models';
import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, json, startHarness } from './harness.ts';
import { expectSumsEqual, ledgerOf } from './ledger-checks.ts';

/** Time for which the process is frozen, longer than the lease of an execution. */
const stillMs = 120_000;
let shiftMs = 0;
let provider: ModelProvider;
let harness: Harness;
beforeAll(async () => {
  provider = await startModelProvider();
  provider.answer({ text: '{"class":"other","confidence":0.5,"summary":"S"}' });
  harness = await startHarness({
    env: { LLM_BASE_URL: provider.url, LLM_MODEL: 'm', LLM_PRICES: JSON.stringify(prices) },
    config: { patienceMs: 120_000 },
    clock: { now: () => new Date(Date.now() + shiftMs) },
    overrides: {
      fault(point) {
        if (point === 'before-send') shiftMs = stillMs;
      },
    },
  });
});
afterAll(async () => {
  await harness?.stop();
  await provider?.stop();
});

test('a process that stood still before a call does not make it, and its attempt costs nothing', async () => {
  const { agent } = await harness
    .agents(editor)
    .spawnAgent({ name: 'Classifier', type: AgentType.TEMPLATE, templateId: 3n });
  const { execution } = await harness
    .executions(editor)
    .inferAgent({ id: agent?.id ?? 0n, input: json({ body: 'Tell me more' }) }, { timeoutMs: 180_000 });
  expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
  expect(provider.requests).toHaveLength(1);
  expect(await ledgerOf(harness, execution?.id)).toMatchObject([
    { state: 'released', charged: 0n },
    { state: 'settled', charged: provider.bill() },
  ]);
  await expectSumsEqual(harness);
});
