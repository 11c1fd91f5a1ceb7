import type { HandlerContext } from '@connectrpc/connect';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

/**
 * Deletes the failed rows, errors and files of the organization, except files of active runs. This is more than an
 * erasure needs, and ensures that no row names the erased person. A corrected file can be uploaded again.
 */
export async function forgetSourceRows(ctx: Context, _request: object, call: HandlerContext) {
  const { organizationId } = callerOf(call);
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await trx.deleteFrom('source_failed_rows').where('organization_id', '=', organizationId).execute();
    await trx
      .updateTable('data_source_runs')
      .set({ errors: null })
      .where('organization_id', '=', organizationId)
      .where('errors', 'is not', null)
      .execute();
    await sql`
      delete from source_files as file where organization_id = ${organizationId} and not exists (
        select 1 from data_source_runs as run
        where run.organization_id = ${organizationId} and run.data_source_id = file.data_source_id
          and run.status in ('queued', 'running'))`.execute(trx);
  });
  return {};
}
