import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, type Page, pageTotals, readPage } from '@drippulse/db';
import type {
  ListEnrollmentsRequestSchema,
  ListEnrollmentsResponseSchema,
} from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { statusFromProto } from '../enrollments/enums.ts';
import { findRows } from '../enrollments/find-rows.ts';
import { readCounters, readDue, toFunnel, totalOf } from '../enrollments/funnel.ts';
import { countMatching, type Filter, isFiltered, listIds } from '../enrollments/list-ids.ts';
import { requireLane } from '../enrollments/scope.ts';
import { toProto } from '../enrollments/to-proto.ts';

type Request = MessageShape<typeof ListEnrollmentsRequestSchema>;

/** Rows, counters and due ones are read in one snapshot: the funnel always fits the list. */
export async function listEnrollments(
  ctx: Context,
  request: Request,
  call: HandlerContext,
): Promise<MessageInitShape<typeof ListEnrollmentsResponseSchema>> {
  const page = readPage(request, ['bigint']);
  const lane = await requireLane(ctx, call, request.workflowId);
  const mode = callerOf(call).mode === 'test' ? 'test' : undefined;
  const filter = readFilter(request, mode);
  const current = await ctx.definitions.get(lane.workflowId, lane.version);
  const snapshot = ctx.db.kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return snapshot.execute(async (trx) => {
    const counters = await readCounters(trx, lane.workflowId, mode);
    const due = await readDue(ctx, trx, lane.workflowId, mode);
    const after = page.after?.[0] === undefined ? undefined : BigInt(page.after[0]);
    const found = await listIds(trx, filter, { after, offset: page.offset, limit: page.limit + 1 });
    const ids = found.slice(0, page.limit);
    const count =
      countFromPage(page, found.length) ??
      (isFiltered(filter) ? await countMatching(trx, filter) : { totalCount: totalOf(counters) });
    const { rows, now } = await findRows(ctx, trx, { ...lane, ids });
    const definitions = await Promise.all(rows.map((row) => ctx.definitions.get(row.workflowId, row.version)));
    const last = ids.at(-1);
    return {
      enrollments: rows.map((row, index) => toProto(row, definitions[index] ?? current, now)),
      stepFunnel: toFunnel(current, counters, due),
      ...count,
      nextCursor: found.length > page.limit && last !== undefined ? encodeCursor([last]) : undefined,
      ...pageTotals(page, count.totalCount),
    };
  });
}

/** The last page of a list that was read from its beginning tells how many there are: a text is not looked up twice. */
function countFromPage({ after, offset, limit }: Page, found: number): { totalCount: bigint } | undefined {
  const isLast = after === undefined && found <= limit && (found > 0 || offset === 0);
  return isLast ? { totalCount: BigInt(offset + found) } : undefined;
}

function readFilter(request: Request, mode: 'test' | undefined): Filter {
  const { workflowId, stepIndex, leadRef, q } = request;
  const status = request.status === undefined ? undefined : statusFromProto(request.status);
  return { workflowId, mode, status, stepIndex, leadRef, q: q === '' ? undefined : q };
}
