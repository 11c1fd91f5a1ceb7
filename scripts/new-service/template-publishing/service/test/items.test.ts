import { fromConnectError } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { editor, type Harness, startHarness, stranger } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

test('an item is there for its organization, and for no other', async () => {
  const { item } = await harness.items(editor).create__Schema__Item({ name: 'First' });
  const { id = 0n } = item ?? {};
  expect(await harness.items(editor).get__Schema__Item({ id })).toMatchObject({ item: { id, name: 'First' } });
  expect(await reasonOf(harness.items(stranger).get__Schema__Item({ id }))).toBe('__schema___item_not_found');
});

test('the creation of an item is published', async () => {
  const { item } = await harness.items(editor).create__Schema__Item({ name: 'Published' });
  const isPublished = () =>
    expect(harness.events).toContainEqual(
      expect.objectContaining({
        organizationId: editor.organizationId,
        aggregate: `__schema___item:${item?.id}`,
        payload: expect.objectContaining({ case: 'created', value: expect.objectContaining({ name: 'Published' }) }),
      }),
    );
  await eventually(isPublished);
});

test('a name that is empty or too long is refused', async () => {
  for (const name of [undefined, ' ', 'n'.repeat(256)]) {
    expect(await reasonOf(harness.items(editor).create__Schema__Item({ name }))).toBe('validation_failed');
  }
});

async function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => fromConnectError(error).reason,
  );
}
