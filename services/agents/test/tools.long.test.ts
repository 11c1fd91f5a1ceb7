import { once } from 'node:events';
import { AgentExecutionStatus } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { eventually, takesAll } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, json } from './harness.ts';
import { endLeases } from './leases.ts';
import { ledgerOf, queueModel, spawnChild } from './ledger-checks.ts';
import { startTools, type Tools } from './tools-harness.ts';

const runs = takesAll ? 50 : 5;

let tools: Tools;
beforeAll(async () => {
  tools = await startTools();
});
afterAll(() => tools?.stop());

const policy = { allowed_actions: ['crm.create_activity'], require_approval: 'none' };

// The attempt of the tool is the second request. The first request calls the model.
test(`killed ${runs} times before a tool is performed: its effect has one key, and the model is asked no more often`, async () => {
  const { harness, provider } = tools;
  const { agentId } = await tools.agentWith({
    allowedActions: policy.allowed_actions,
    requireApproval: json(policy.require_approval),
  });
  await harness.stopServices();
  for (let run = 0; run < runs; run += 1) {
    tools.clear();
    const call = { name: 'crm__create_activity', arguments: JSON.stringify({ kind: 'note', subject: `Run ${run}` }) };
    provider.answerNext({ finish: 'tool_calls', tools: [call] });
    const child = spawnChild(harness, 'before-send', 1);
    const id = await queueModel(harness, agentId, '{}', JSON.stringify(policy));
    await once(child, 'exit');
    await endLeases(harness);
    await harness.start();
    await eventually(async () => {
      const { execution } = await harness.executions(editor).getAgentExecution({ agentId, id });
      expect(execution?.status).toBe(AgentExecutionStatus.SUCCEEDED);
    });
    await harness.stopServices();
    expect(harness.peer.performed).toHaveLength(1);
    expect(provider.requests).toHaveLength(2);
    expect((await ledgerOf(harness, id)).map(({ state }) => state)).toEqual(['settled', 'settled']);
  }
  await harness.start();
}, 1_500_000);
