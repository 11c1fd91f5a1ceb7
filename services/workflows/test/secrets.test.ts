import { createSealer } from '@drippulse/db';
import { openHidden, stepsContext } from '@drippulse/secrets';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { collect, json, parsed, refusal } from './requests.ts';

/** Look-ups of names whose name servers do not respond. A look-up ends only when the test ends it. */
const dead = new Set<() => void>();

async function resolve(hostname: string): Promise<string[]> {
  if (hostname === 'inside.example.com') return ['10.0.0.7'];
  if (!hostname.endsWith('dead.example.com')) return ['8.8.8.8'];
  await new Promise<void>((end) => dead.add(end));
  throw new Error('ETIMEOUT');
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ resolve });
});
afterAll(() => harness.stop());

const url = 'https://hooks.example.com/in?token=planted-1&tenant=acme';
const shownUrl = 'https://hooks.example.com/in?token=***&tenant=acme';
const headers = { Authorization: 'Bearer planted-2', 'X-Tenant': 'acme' };
const shownHeaders = { ...headers, Authorization: '***' };
const callback = (config = {}) => ({ id: 'tell', type: 'webhook_callback', config: { url, headers, ...config } });

async function create(...steps: object[]) {
  const { workflow } = await harness.workflows(editor).createWorkflow({ name: 'Secret', steps: json(steps) });
  if (workflow === undefined) throw new Error('no workflow came back');
  return workflow;
}

async function change(id: bigint, ...steps: object[]) {
  const update = { id, updateMask: { paths: ['steps'] }, steps: json(steps) };
  return (await harness.workflows(editor).updateWorkflow(update)).workflow;
}

/** Returns the secrets of the step `tell`, opened with the key of the runtime. */
function opened(id: bigint) {
  const last = harness.applied.findLast(({ workflow }) => workflow?.id === id);
  const sealer = createSealer(harness.config.encryptionKeys);
  return openHidden(sealer, stepsContext(id), last?.sealedSteps ?? null).get('tell');
}

test('credentials of a callback are masked for everybody, sealed at rest, and given to the runtime alone', async () => {
  const created = await create(callback());
  const viewer = harness.workflows({ ...editor, role: 'viewer' });
  const { workflow } = await viewer.getWorkflow({ id: created.id });
  expect(workflow).toEqual(created);
  expect(parsed(workflow?.steps)).toMatchObject([{ config: { url: shownUrl, headers: shownHeaders } }]);
  expect(opened(created.id)).toEqual({ url, headers });
  await harness.workflows(editor).activateWorkflow({ id: created.id });
  const tested = await harness.workflows(editor).testWorkflow({ id: created.id });
  const listed = await collect(viewer.listWorkflows({}));
  const own = () => harness.published.filter(({ aggregate }) => aggregate === `workflow:${created.id}`);
  await eventually(() => expect(own().length).toBeGreaterThanOrEqual(2));
  const text = (value: unknown) =>
    JSON.stringify(value, (_key, member) => {
      if (typeof member === 'bigint') return String(member);
      return member instanceof Uint8Array ? Buffer.from(member).toString('latin1') : member;
    });
  for (const shown of [tested, listed, own(), harness.applied]) expect(text(shown)).not.toContain('planted');
  for (const table of ['workflows', 'workflow_versions', 'outbox', 'idempotency_keys']) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(table)} as t`.execute(
      harness.db,
    );
    const hexOf = Buffer.from('planted').toString('hex');
    for (const { row } of rows) expect(row.includes('planted') || row.includes(hexOf)).toBe(false);
  }
});

test('what was shown may be sent back: it is no new version, and at another path the values are kept', async () => {
  const { id, steps, version } = await create(callback());
  const same = await harness.workflows(editor).updateWorkflow({ id, updateMask: { paths: ['steps'] }, steps });
  expect(same.workflow?.version).toBe(version);
  const moved = 'https://hooks.example.com/other?token=***';
  const updated = await change(id, callback({ url: moved, headers: shownHeaders }));
  expect(updated?.version).toBe(2);
  expect(opened(id)).toEqual({ url: 'https://hooks.example.com/other?token=planted-1', headers });
  const replaced = await change(
    id,
    callback({ url: moved, headers: { ...headers, Authorization: 'Bearer planted-3' } }),
  );
  expect(replaced?.version).toBe(3);
  expect(opened(id)?.headers).toEqual({ ...headers, Authorization: 'Bearer planted-3' });
});

test('a secret stays with the step, scheme, host and port that it was entered for', async () => {
  const { id } = await create(callback());
  const evil = shownUrl.replace('hooks.example.com', 'evil.example.com');
  expect(await refusal(change(id, callback({ url: evil, headers: shownHeaders })))).toEqual({
    error: 'invalid secret_needed',
    fields: {
      'steps.0.config.headers.Authorization': expect.stringContaining('anew'),
      'steps.0.config.url': expect.stringContaining('token'),
    },
  });
  for (const config of [
    { url: 'https://hooks.example.com:8443/', headers: shownHeaders },
    { url: 'https://evil.example.com/', headers: shownHeaders },
  ]) {
    expect(await refusal(change(id, callback(config)))).toMatchObject({ error: 'invalid secret_needed' });
  }
  const copy = { ...callback({ url: shownUrl, headers: shownHeaders }), id: 'copy' };
  expect(await refusal(change(id, callback(), copy))).toMatchObject({
    error: 'invalid secret_needed',
    fields: { 'steps.1.config.headers.Authorization': expect.stringContaining('none is stored') },
  });
  expect(await refusal(create(callback({ url: shownUrl })))).toMatchObject({ error: 'invalid secret_needed' });
});

test('a credential goes to no host that the data of a run would choose', async () => {
  for (const open of [
    'https://{{ host }}/in',
    '{{ url }}',
    'https://hooks.example.com{{ rest }}',
    'https:/{{ host }}/in',
    'https:///{{ host }}/in',
    'https:\\{{ host }}/in',
    'https:/\t/\n/{{ host }}/in',
    'https:{{ host }}',
  ]) {
    expect(await refusal(create(callback({ url: open })))).toMatchObject({
      error: 'malformed invalid_step_graph',
      fields: { 'steps.0.config.url': expect.stringContaining('template as its host') },
    });
  }
  await create(callback({ url: 'https://{{ host }}/in', headers: { authorization: 'Bearer {{ token }}' } }));
  for (const written of ['https://hooks.example.com/{{ path }}', 'https:/hooks.example.com/{{ path }}'])
    await create(callback({ url: written }));
});

test("dead name servers of one organization delay no other's save, whose private names are still refused", async () => {
  const steps = Array.from({ length: 30 }, (_, index) => ({
    type: 'webhook_callback',
    config: { url: `https://${index}.dead.example.com/` },
  }));
  let isSaved = false;
  const saving = create(...steps).then(() => {
    isSaved = true;
  });
  await eventually(() => expect(dead.size).toBeGreaterThan(0));
  const inside = [{ type: 'webhook_callback', config: { url: 'https://inside.example.com/' } }];
  const other = harness.workflows(stranger).createWorkflow({ name: 'Inside', steps: json(inside) });
  expect(await refusal(other)).toMatchObject({ error: 'malformed invalid_step_graph' });
  expect(isSaved).toBe(false);
  expect(dead.size).toBeLessThanOrEqual(4);
  while (!isSaved) {
    for (const end of dead) end();
    dead.clear();
    await new Promise((next) => setImmediate(next));
  }
  await saving;
});
