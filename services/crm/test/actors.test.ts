import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

test.each<[Caller['actor'], number]>([
  [{ type: 'user', id: '1' }, 0],
  [{ type: 'api_key', id: '7' }, 0],
  [{ type: 'workflow', id: '12', hops: 3 }, 3],
])('a change by %j names its actor, and its event counts the workflows that led to it', async (actor, hops) => {
  const { lead } = await harness.leads({ ...editor, actor }).createCrmLead({ lastName: 'Lovelace' });
  const { changeEvents } = await harness.changes(editor).listCrmChangeEvents({ recordId: lead?.id });
  expect(changeEvents).toMatchObject([{ action: 'created', actorType: actor.type, actorId: actor.id }]);
  await eventually(() => {
    const events = harness.published.filter(({ aggregate }) => aggregate === `lead:${lead?.id}`);
    expect(events).toMatchObject([{ hops, payload: { case: 'leadCreated' } }]);
  });
});
