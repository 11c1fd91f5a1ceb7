import { AgentType } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, reasonOf, startHarness, stranger, tester } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

const spawn = (name: string, caller = editor) =>
  harness.agents(caller).spawnAgent({ name, type: AgentType.TEMPLATE, templateId: 1n });

test('beyond the limit of the plan no agent is made, at once by many neither, and a deleted one makes room', async () => {
  await harness.entitle({ agents: 3 });
  const reasons = await Promise.all(Array.from({ length: 8 }, (_, n) => reasonOf(spawn(`agent ${n}`))));
  expect(reasons.filter((reason) => reason === undefined)).toHaveLength(3);
  expect(new Set(reasons)).toEqual(new Set([undefined, 'plan_limit_reached']));
  expect(await harness.usage('agents')).toMatchObject({ used: 3n, limit: 3n });
  // Test agents cost nothing, and other organizations have separate limits.
  await spawn('trial', tester);
  await spawn('theirs', stranger);
  const { agents } = await harness.agents(editor).listAgents({ limit: 1 });
  await harness.agents(editor).deleteAgent({ id: agents[0]?.id ?? 0n });
  await spawn('in its place');
  expect(await reasonOf(spawn('one more'))).toBe('plan_limit_reached');
});
