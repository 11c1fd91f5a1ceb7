import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { UploadDataSourceFileRequest } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { callerOf } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { SourceFailure } from '../sources/failure.ts';
import { storeFile } from '../sources/readers/store-file.ts';
import { findSource, lockSource, requireOwnMode } from '../sources/rows.ts';
import { fileToProto } from '../sources/to-proto.ts';

/** Stores a file while it arrives. The file replaces the previous one, which an active run keeps until its end. */
export async function uploadDataSourceFile(
  ctx: Context,
  requests: AsyncIterable<UploadDataSourceFileRequest>,
  call: HandlerContext,
) {
  const { db } = overTransfers(ctx);
  const caller = callerOf(call);
  const { organizationId } = caller;
  const messages = requests[Symbol.asyncIterator]();
  const first = await messages.next();
  const sourceId = first.done ? 0n : first.value.id;
  const source = await findSource(db.kysely, organizationId, sourceId);
  requireOwnMode(caller, source);
  if (source.type !== 'csv') {
    throw new DomainError('invalid', 'source_unreadable', 'Only a data source of type csv takes a file.');
  }
  async function* chunks() {
    for (let next = first; !next.done; next = await messages.next()) yield next.value.body?.data ?? new Uint8Array();
  }
  const file = await storeFile(db.kysely, { organizationId, sourceId }, chunks()).catch((error: unknown) => {
    if (!(error instanceof SourceFailure)) throw error;
    throw new DomainError('invalid', 'source_unreadable', error.message, { cause: error });
  });
  const replaces = { organizationId, sourceId, fileId: file.id };
  await db.kysely
    .transaction()
    .setIsolationLevel('read committed')
    .execute((trx) => deleteReplaced(trx, replaces))
    .catch(async (error: unknown) => {
      await db.kysely.deleteFrom('source_files').where('id', '=', file.id).execute();
      throw error;
    });
  return { file: fileToProto(file) };
}

/** Deletes replaced files. Because of the lock, a starting run is either visible here, or sees the new file. */
async function deleteReplaced(
  trx: Transaction<DB>,
  { organizationId, sourceId, fileId }: { organizationId: bigint; sourceId: bigint; fileId: string },
): Promise<void> {
  await lockSource(trx, organizationId, sourceId);
  await sql`
    delete from source_files as file
    where organization_id = ${organizationId} and data_source_id = ${sourceId} and run_id is null and id < ${fileId}
      and not exists (select 1 from data_source_runs as run
        where run.organization_id = ${organizationId} and run.data_source_id = ${sourceId}
          and run.status in ('queued', 'running'))`.execute(trx);
}
