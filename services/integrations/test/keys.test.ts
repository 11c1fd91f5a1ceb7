import { randomBytes } from 'node:crypto';
import { createSealer } from '@drippulse/db';
import { rotateKeys } from '@drippulse/service';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCredentials, sealCredentials } from '../src/connections/credentials.ts';
import { sealedColumns } from '../src/sealed-columns.ts';
import { admin, type Harness, startHarness } from './harness.ts';

const key = () => randomBytes(32).toString('base64');
const organizationId = 1n;
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness?.stop());

test('a rotation while connections are written leaves nothing that needs the old key, and loses nothing', async () => {
  const old = harness.config.encryptionKeys;
  const rotated = `${key()},${old}`;
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, index) => create(`first-${index}`, `canary-secret-${index}`)),
  );
  const writing = Promise.all(
    ids.slice(0, 15).map((id, index) => changeSecret(rotated, id, `canary-changed-${index}`)),
  );
  const [{ columns }] = await Promise.all([rotate(rotated), writing]);
  expect(columns.flatMap(({ unreadable }) => [...unreadable])).toEqual([]);
  const [first = ''] = rotated.split(',');
  const sealer = createSealer(first);
  for (const [index, id] of ids.entries()) {
    const row = await rowOf(id);
    const secret = index < 15 ? `canary-changed-${index}` : `canary-secret-${index}`;
    expect(openCredentials(sealer, { organizationId, id }, row)['api_key']).toBe(secret);
  }
  expect((await rotate(rotated)).columns.map(({ resealed }) => resealed)).toEqual(sealedColumns.map(() => 0));
});

test('a key in the row of another connection is left as it is, and named', async () => {
  const [own, other] = [await create('own', 'canary-own'), await create('other', 'canary-other')];
  const { data_key } = await rowOf(other);
  await harness.db.kysely.updateTable('connections').set({ data_key }).where('id', '=', own).execute();
  const { columns } = await rotate(`${key()},${harness.config.encryptionKeys}`);
  // The rotation cannot open the rows of the previous test, because it does not get the key that they need.
  expect(columns[0]?.unreadable.get(data_key.toString('hex', 1, 5))).toBe(1);
  expect((await rowOf(own)).data_key).toEqual(data_key);
  expect((await rowOf(other)).data_key).not.toEqual(data_key);
});

function rotate(encryptionKeys: string) {
  return rotateKeys({ url: harness.config.databaseUrl, schema: 'integrations', sealed: sealedColumns, encryptionKeys });
}

async function create(externalKey: string, secret: string): Promise<bigint> {
  const { integrationConnection } = await harness.connections(admin).createIntegrationConnection({
    provider: 'stripe',
    externalKey,
    credentials: Buffer.from(JSON.stringify({ secret_key: `sk_test_${externalKey.replaceAll('-', '')}canary0000` })),
    test: false,
  });
  const id = integrationConnection?.id ?? 0n;
  await changeSecret(harness.config.encryptionKeys, id, secret);
  return id;
}

/** Writes a secret as a process with the given keys would. */
async function changeSecret(keys: string, id: bigint, secret: string): Promise<void> {
  const sealed = sealCredentials(createSealer(keys), { organizationId, id }, { api_key: secret });
  await harness.db.kysely.updateTable('connections').set(sealed).where('id', '=', id).execute();
}

function rowOf(id: bigint) {
  return harness.db.kysely
    .selectFrom('connections')
    .select(['credentials', 'data_key'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}
