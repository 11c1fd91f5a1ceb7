import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, type Page, pageTotals, readPage } from '@drippulse/db';
import type { ListWorkflowsRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { countWorkflows, sliceWorkflows } from '../workflows/list.ts';
import { statusFromProto } from '../workflows/statuses.ts';
import { workflowToProto } from '../workflows/to-proto.ts';

/** 50 rows of the largest size stay below the 32 MiB of one message. */
const sliceRows = 50;

/**
 * Answers in slices, so that neither this service nor the gateway has the whole collection in memory. Every slice repeats
 * the totals; the last one has the cursor of the next page.
 */
export async function* listWorkflows(ctx: Context, request: ListWorkflowsRequest, call: HandlerContext) {
  const { kysely } = overTransfers(ctx).db;
  const caller = callerOf(call);
  const filter = {
    organizationId: caller.organizationId,
    mode: listedMode(request, caller),
    status: request.status === undefined ? undefined : statusFromProto(request.status),
    projectId: request.projectId,
  };
  const page = readPageOrAll(request);
  const { count } = await countWorkflows(kysely, filter).executeTakeFirstOrThrow();
  const totals = { totalCount: count, ...pageTotals(page, count) };
  let before = page.after?.[0] === undefined ? undefined : BigInt(page.after[0]);
  let { offset, limit: remaining } = page;
  for (;;) {
    const take = Math.min(sliceRows, remaining);
    // One more row than asked for shows whether another page follows.
    const rows = await sliceWorkflows(kysely, filter, { before, offset, limit: take + 1 }).execute();
    const workflows = rows.slice(0, take);
    before = workflows.at(-1)?.id;
    offset = 0;
    remaining -= workflows.length;
    const isMore = rows.length > take;
    const isLast = !isMore || remaining === 0;
    const nextCursor = isLast && isMore && before !== undefined ? encodeCursor([before]) : undefined;
    yield { workflows: workflows.map(workflowToProto), nextCursor, ...totals };
    if (isLast || call.signal.aborted) return;
  }
}

/** Without any parameter of paging the list is the whole collection, as the API reference promises. */
function readPageOrAll(request: ListWorkflowsRequest): Page {
  const { limit, cursor, page, perPage } = request;
  const isAll = [limit, cursor, page, perPage].every((parameter) => parameter === undefined);
  return isAll ? { limit: Number.POSITIVE_INFINITY, offset: 0 } : readPage(request, ['bigint']);
}
