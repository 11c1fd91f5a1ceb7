import type { HandlerContext } from '@connectrpc/connect';
import { type Page, pageTotals, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import { type ListWorkflowsRequest, WorkflowView } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, callerOf, listedMode } from '@drippulse/rpc';
import { overTransfers } from '@drippulse/service';
import type { Context } from '../context.ts';
import { statsOf } from '../stats/stats-of.ts';
import { countWorkflows, type Filter, ownWorkflows, sliceSummaries, sliceWorkflows } from '../workflows/list.ts';
import { cursorOf, type Order, type Place, placeOf, readOrder, readOrderedPage } from '../workflows/orders.ts';
import { statusFromProto } from '../workflows/statuses.ts';
import { summaryToProto, workflowToProto } from '../workflows/to-proto.ts';

/** Even 50 rows of the maximum size are smaller than the 32 MiB of one message. */
const sliceRows = 50;

type List = { filter: Filter; order: Order; page: Page & { place: Place | undefined }; totals: object };

/**
 * Lists workflows. Whole workflows are sent in slices, so that neither this service nor the gateway has the whole
 * collection in memory.
 */
export async function* listWorkflows(ctx: Context, request: ListWorkflowsRequest, call: HandlerContext) {
  const filter = await readFilter(ctx, request, callerOf(call));
  const order = readOrder(request.sort);
  const isSummary = request.view === WorkflowView.SUMMARY;
  const page = isSummary ? readOrderedPage(request, order) : readPageOrAll(request, order);
  const { count } = await countWorkflows(overTransfers(ctx).db.kysely, filter).executeTakeFirstOrThrow();
  const list = { filter, order, page, totals: { totalCount: count, ...pageTotals(page, count) } };
  if (isSummary) yield await readSummaries(ctx, list, call);
  else yield* readWhole(ctx, list, call);
}

/** Reads whole workflows. Every slice repeats the totals; the last slice has the cursor of the next page. */
async function* readWhole(ctx: Context, { filter, order, page, totals }: List, call: HandlerContext) {
  const { kysely } = overTransfers(ctx).db;
  let { place, offset, limit: remaining } = page;
  for (;;) {
    const take = Math.min(sliceRows, remaining);
    // One row more than requested is read, to find out whether there is a next page.
    const rows = await sliceWorkflows(kysely, filter, { order, place, offset, limit: take + 1 }).execute();
    const workflows = rows.slice(0, take);
    const last = workflows.at(-1);
    place = last && placeOf(order, last);
    offset = 0;
    remaining -= workflows.length;
    const isMore = rows.length > take;
    const isLast = !isMore || remaining === 0;
    const nextCursor = isLast && isMore && place !== undefined ? cursorOf(order, place) : undefined;
    yield { workflows: workflows.map(workflowToProto), nextCursor, ...totals };
    if (isLast || call.signal.aborted) return;
  }
}

/** Reads one page, with one call for the counts of all its rows. */
async function readSummaries(ctx: Context, { filter, order, page, totals }: List, call: HandlerContext) {
  const { place, offset, limit } = page;
  const slice = { order, place, offset, limit: limit + 1 };
  const found = await sliceSummaries(overTransfers(ctx).db.kysely, filter, slice).execute();
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const stats = await statsOf(
    ctx,
    call,
    rows.map(({ id }) => id),
    filter.mode,
  );
  return {
    workflows: await convertInTurns(rows, (row) => summaryToProto(row, stats), call.signal),
    nextCursor: found.length > limit && last !== undefined ? cursorOf(order, placeOf(order, last)) : undefined,
    ...totals,
    ...(stats === undefined && { partial: true }),
  };
}

async function readFilter(ctx: Context, request: ListWorkflowsRequest, caller: Caller): Promise<Filter> {
  const { projectId, q } = request;
  const { kysely } = overTransfers(ctx).db;
  const own = { organizationId: caller.organizationId, mode: listedMode(request, caller) };
  return {
    ...own,
    rows: await rowConditions(kysely, ownWorkflows(kysely, own), request),
    status: request.status === undefined ? undefined : statusFromProto(request.status),
    projectId,
    q: q === '' ? undefined : q,
  };
}

/**
 * Reads the paging. A request without any paging parameter gets the whole collection, as the API reference promises.
 */
function readPageOrAll(request: ListWorkflowsRequest, order: Order): List['page'] {
  const { limit, cursor, page, perPage } = request;
  const isAll = [limit, cursor, page, perPage].every((parameter) => parameter === undefined);
  return isAll ? { limit: Number.POSITIVE_INFINITY, offset: 0, place: undefined } : readOrderedPage(request, order);
}
