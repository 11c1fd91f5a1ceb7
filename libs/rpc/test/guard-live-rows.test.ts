import type { Client } from '@connectrpc/connect';
import type { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Caller, fromConnectError, type RowModes } from '../src/index.ts';
import { editor, layouts, type Probe, startProbe } from './start-probe.ts';

const testKey: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, mode: 'test' };

/** Rows of organization 7: row 1 is live, row 2 is a test row. */
const modes = new Map([
  ['7 1', 'live'],
  ['7 2', 'test'],
] as const);

const items: RowModes[string] = async ({ organizationId }, id) => modes.get(`${organizationId} ${id}` as '7 1');

async function reasonOf(patching: ReturnType<Client<typeof ProbeService>['patch']>): Promise<string | undefined> {
  return patching.then(
    () => undefined,
    (error) => fromConnectError(error).reason,
  );
}

describe.each(layouts)('the guard of live rows %s', (layout) => {
  let probe: Probe;
  beforeAll(async () => {
    probe = await startProbe(layout, { items });
  });
  beforeEach(() => void probe.patched.splice(0));
  afterAll(() => probe.stop());

  test('a test key changes a test row, and no live one: the method does not run', async () => {
    expect(await reasonOf(probe.client(testKey).patch({ id: 1n }))).toBe('test_mode');
    expect(await reasonOf(probe.client(testKey).patch({ id: 2n }))).toBeUndefined();
    expect(probe.patched).toEqual(['2']);
  });

  test('a row that the organization does not have is left to the method', async () => {
    expect(await reasonOf(probe.client({ ...testKey, organizationId: 8n }).patch({ id: 1n }))).toBeUndefined();
  });

  test('a live caller changes both', async () => {
    for (const id of [1n, 2n]) expect(await reasonOf(probe.client(editor).patch({ id }))).toBeUndefined();
  });

  test('a method that only creates runs for test keys', async () => {
    expect(await probe.client(testKey).echo({ id: 1n, name: 'made' })).toMatchObject({ name: 'made' });
  });
});

test('a kind whose mode the service does not say is refused to test keys', async () => {
  const probe = await startProbe('in memory');
  expect(await reasonOf(probe.client(testKey).patch({ id: 2n }))).toBe('internal_error');
  expect(probe.patched).toEqual([]);
  expect(probe.lines.join()).toContain('the service does not say the mode of items');
  await probe.stop();
});
