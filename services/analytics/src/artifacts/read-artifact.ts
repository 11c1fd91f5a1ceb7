import { DomainError } from '@drippulse/errors';
import type { Kysely } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { FileStores } from '../stores/store.ts';
import { type Artifact, nameOf } from './artifact.ts';

/**
 * Yields the bytes of an artifact, from the database or from its store. Throws if bytes are missing, so that a reader
 * never mistakes an incomplete file for a complete one.
 */
export async function* readArtifact(
  { db, stores }: Pick<Context, 'db' | 'stores'>,
  artifact: Artifact,
  bytes: bigint,
): AsyncGenerator<Uint8Array> {
  let read = 0n;
  const store = await storeOf(db.kysely, artifact);
  for await (const piece of store === undefined
    ? readChunks(db.kysely, artifact)
    : readFileOf(stores, store, artifact)) {
    read += BigInt(piece.length);
    yield piece;
  }
  if (read !== bytes) throw new DomainError('unavailable', 'report_not_ready', 'The file is being removed.');
}

/** Yields the pieces of an artifact that are in the database, one at a time. */
export async function* readChunks(db: Kysely<DB>, artifact: Artifact): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part += 1) {
    const row = await db
      .selectFrom('report_chunks')
      .select('content')
      .where('organization_id', '=', artifact.organizationId)
      .where('report_id', '=', artifact.reportId)
      .where('fence', '=', artifact.fence)
      .where('part', '=', part)
      .executeTakeFirst();
    if (row === undefined) return;
    yield row.content;
  }
}

/** Returns the name of the store that contains the artifact's file; undefined if the artifact is in the database. */
async function storeOf(db: Kysely<DB>, { organizationId, reportId, fence }: Artifact): Promise<string | undefined> {
  const row = await db
    .selectFrom('report_files')
    .select('store')
    .where('organization_id', '=', organizationId)
    .where('report_id', '=', reportId)
    .where('fence', '=', fence)
    .executeTakeFirst();
  return row?.store;
}

function readFileOf(stores: FileStores, store: string, artifact: Artifact): AsyncIterable<Uint8Array> {
  const found = stores.find(({ name }) => name === store);
  if (found !== undefined) return found.read(nameOf(artifact));
  const variables = store === 's3' ? 'ARTIFACTS_S3_*' : 'ARTIFACTS_DIR';
  throw new DomainError('unavailable', 'report_not_ready', `The store of the file is not configured (${variables}).`);
}
