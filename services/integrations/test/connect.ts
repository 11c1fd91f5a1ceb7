import { randomUUID } from 'node:crypto';
import { createSealer } from '@drippulse/db';
import type { Credentials } from '@drippulse/providers';
import { sql } from 'kysely';
import { sealCredentials } from '../src/connections/credentials.ts';
import type { Harness } from './sources-harness.ts';

/** Stores a connection of organization 1, as if a person had made it. */
export async function connect(
  harness: Harness,
  provider: string,
  credentials: Credentials,
  externalKey = 'default',
): Promise<void> {
  const { rows } = await sql<{ id: bigint }>`select nextval('connections_id_seq') as id`.execute(harness.db);
  const [{ id } = { id: 0n }] = rows;
  const sealed = sealCredentials(createSealer(harness.config.encryptionKeys), { organizationId: 1n, id }, credentials);
  const now = new Date();
  await harness.db
    .insertInto('connections')
    .values({
      id,
      organization_id: 1n,
      provider,
      external_key: externalKey,
      status: 'active',
      ...sealed,
      shown_credentials: '{}',
      account_id: randomUUID(),
      created_at: now,
      updated_at: now,
    })
    .execute();
}
