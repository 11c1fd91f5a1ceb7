import type { HandlerContext } from '@connectrpc/connect';
import { cancelJob } from '@drippulse/db';
import type { CancelCrmImportRequest } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { callerOf } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { findImport, jobToProto, readInput } from '../imports/job.ts';

/** Cancels an import. Waits for the running batch; batches already written are kept. */
export async function cancelCrmImport(ctx: Context, { id }: CancelCrmImportRequest, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  return ctx.db.kysely.transaction().execute(async (trx: Transaction<DB>) => {
    await findImport(trx, organizationId, id);
    await cancelJob(trx, id);
    const job = await findImport(trx, organizationId, id);
    await trx.deleteFrom('import_batches').where('upload_id', '=', readInput(job.input).upload_id).execute();
    return { import: jobToProto(job) };
  });
}
