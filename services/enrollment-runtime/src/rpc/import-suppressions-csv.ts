import type { HandlerContext } from '@connectrpc/connect';
import { retryConflicts } from '@drippulse/db';
import type { ImportSuppressionsCsvRequest } from '@drippulse/proto/drippulse/messaging/v1/suppressions_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { awaitInFlight, type CsvProblem, readSuppressionsCsv, suppressAll } from '../messaging/index.ts';

const sliceRows = 1_000;
const shownErrors = 1_000;

/**
 * Suppresses up to a thousand addresses in each transaction. The file is read twice. The first time checks that the
 * file can be read to its end, so that a broken file suppresses nothing. A repeated import creates no duplicates, so a
 * call that ended half way can be repeated.
 */
export async function importSuppressionsCsv(
  ctx: Context,
  { body }: ImportSuppressionsCsvRequest,
  call: HandlerContext,
) {
  const { organizationId, mode } = callerOf(call);
  const bytes = body?.data ?? new Uint8Array();
  for await (const _slice of readSuppressionsCsv(bytes));
  const made = { created: 0, given: 0, failed: 0 };
  const errors: CsvProblem[] = [];
  for await (const { rows, problems } of readSuppressionsCsv(bytes)) {
    made.failed += problems.length;
    errors.push(...problems.slice(0, shownErrors - errors.length));
    made.given += rows.length;
    for (let from = 0; from < rows.length; from += sliceRows) {
      const slice = rows
        .slice(from, from + sliceRows)
        .map((row) => ({ ...row, organizationId, mode, channel: 'email' as const, source: 'import' }));
      made.created += await retryConflicts(() =>
        ctx.db.kysely.transaction().execute((trx) => suppressAll(trx, slice, ctx.dbNow)),
      );
      await awaitInFlight(ctx, slice);
    }
  }
  return {
    import: {
      created: BigInt(made.created),
      unchanged: BigInt(made.given - made.created),
      failed: BigInt(made.failed),
      errors: errors.map(({ row, ...problem }) => ({ row: BigInt(row), ...problem })),
    },
  };
}
