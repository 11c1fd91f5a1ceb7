import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, pageTotals, readPage } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListEnrollmentsRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { readFilter } from '../enrollments/filter.ts';
import { idRangeOf } from '../enrollments/id-range.ts';
import { toTotal } from '../enrollments/list-ids.ts';
import { countFromPage, readList } from '../enrollments/read-list.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { dueByStep, toFunnel, totalOf } from '../funnel/funnel.ts';
import { readOfLane } from '../lanes/require-lane.ts';

/** Lists enrollments. It reads rows, counters and due counts in one snapshot, so that the funnel matches the list. */
export async function listEnrollments(ctx: Context, request: ListEnrollmentsRequest, call: HandlerContext) {
  const page = readPage(request, ['bigint']);
  const { workflowId } = request;
  const mode = listedMode(request, callerOf(call));
  const asked = readFilter(request, mode);
  const idRange = await idRangeOf(ctx.db.kysely, [workflowId], request);
  const filter = { ...asked, idRange };
  const after = page.after?.[0] === undefined ? undefined : BigInt(page.after[0]);
  const slice = { after, offset: page.offset, limit: page.limit };
  const read = await readOfLane(ctx, call, workflowId, (key) => readList(ctx, key, filter, slice));
  const { found, rows, now, counters } = read;
  const current = await ctx.definitions.get(workflowId, read.version);
  const definitions = await Promise.all(rows.map((row) => ctx.definitions.get(workflowId, row.version)));
  const count =
    countFromPage(page, found.length) ??
    (read.count === undefined ? { totalCount: totalOf(counters) } : toTotal(read.count));
  const last = found.slice(0, page.limit).at(-1);
  return {
    enrollments: await convertInTurns(
      rows,
      (row, index) => toProto(row, definitions[index] ?? current, now),
      call.signal,
    ),
    stepFunnel: toFunnel(current, counters, await dueByStep(ctx, workflowId, mode, read.due), read.marks),
    ...count,
    nextCursor: found.length > page.limit && last !== undefined ? encodeCursor([last]) : undefined,
    ...pageTotals(page, count.totalCount),
  };
}
