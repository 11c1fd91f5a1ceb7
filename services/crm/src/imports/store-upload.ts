import { addJob, type JobRow } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import { type Kysely, sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { batchesOf } from './batches.ts';
import { type ImportInput, importKind } from './job.ts';
import type { Upload } from './run-import.ts';

const maxLength = 512 * 1024 * 1024;
const maxWaiting = 20;

/**
 * Reads an upload and stores it for its job, split into batches, one for each slice of the job. The sender gets the
 * errors of an unreadable upload immediately, and a slice can start at any batch number. The batches are stored in the
 * database, because any process may run the job, and because the transaction that writes a batch also deletes it. If an
 * upload breaks off, nothing is stored.
 */
export async function storeUpload(ctx: Context, { rows, author, by }: Upload): Promise<JobRow> {
  const { organizationId, actor, requestId, cause } = author;
  // If the queue is full, the upload is refused before it is read. The exact check follows below.
  await requireRoom(ctx.db.kysely, organizationId);
  await dropLeftovers(ctx);
  const uploadId = uuidv7();
  const input: ImportInput = {
    upload_id: uploadId,
    actor,
    by_email: by.email,
    ...(requestId !== undefined && { request_id: requestId }),
    ...(cause !== undefined && { cause }),
  };
  try {
    const total = await storeBatches(ctx, uploadId, { rows, author, by });
    return await ctx.db.kysely.transaction().execute(async (trx) => {
      // Serializes uploads that end at the same time, so that the number of queued imports stays exact.
      await lockImports(trx, organizationId);
      await requireRoom(trx, organizationId);
      return addJob(trx, { organizationId, kind: importKind, input: JSON.stringify(input), total });
    });
  } catch (error) {
    await ctx.db.kysely.deleteFrom('import_batches').where('upload_id', '=', uploadId).execute();
    throw error;
  }
}

async function storeBatches(ctx: Context, uploadId: string, { rows, author, by }: Upload): Promise<bigint> {
  let [batch, length, total] = [0, 0, 0];
  for await (const part of batchesOf(rows, author.organizationId, by)) {
    const text = stringifyJson(part);
    length += text.length;
    if (length > maxLength) {
      throw new DomainError('too_large', 'import_too_large', 'An import may have at most 512 MiB: send it in parts.');
    }
    await ctx.db.kysely
      .insertInto('import_batches')
      .values({ upload_id: uploadId, batch, organization_id: author.organizationId, rows: text })
      .execute();
    batch += 1;
    total += part.length;
  }
  return BigInt(total);
}

async function lockImports(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' imports', ${organizationId}))`.execute(
    trx,
  );
}

async function requireRoom(db: Kysely<DB>, organizationId: bigint): Promise<void> {
  const { rows } = await sql`
    select 1 from jobs where organization_id = ${organizationId} and kind = ${importKind}
      and status in ('queued', 'running') limit ${maxWaiting}`.execute(db);
  if (rows.length < maxWaiting) return;
  const message = `At most ${maxWaiting} imports of an organization may wait at a time.`;
  throw new DomainError('resource_exhausted', 'too_many_imports', message, { retryAfterSeconds: 60 });
}

/** Deletes batches of processes that died during an upload, and batches of jobs that failed or were cancelled. */
async function dropLeftovers(ctx: Context): Promise<void> {
  await sql`
    delete from import_batches where created_at < clock_timestamp() - interval '2 hours' and not exists (
      select 1 from jobs where kind = ${importKind} and status in ('queued', 'running')
        and input->>'upload_id' = import_batches.upload_id::text)`.execute(ctx.db.kysely);
}
