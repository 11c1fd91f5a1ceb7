import type { HandlerContext } from '@connectrpc/connect';
import type { CountRecordsRequest } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { callerOf } from '@drippulse/rpc';
import { countInChains } from '../chains/count-in-chains.ts';
import { ChainCut, reportingCuts } from '../chains/report-cut.ts';
import type { Context } from '../context.ts';

/** Counts all records of a request, or none of them when the budget does not cover all. */
export async function countRecords(ctx: Context, { cause, records }: CountRecordsRequest, call: HandlerContext) {
  const chain = { organizationId: callerOf(call).organizationId, cause };
  await reportingCuts(ctx, () =>
    ctx.db.kysely.transaction().execute(async (trx) => {
      const covered = await countInChains(
        ctx,
        trx,
        Array.from({ length: Math.max(1, records) }, () => chain),
      );
      if (!covered.every(Boolean)) throw new ChainCut(chain, ctx.config.chainBudget);
    }),
  );
  return {};
}
