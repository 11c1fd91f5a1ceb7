import type { MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, type Page, readPage } from '@drippulse/db';
import type {
  ListWorkflowsRequestSchema,
  ListWorkflowsResponseSchema,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { selectWorkflows } from '../workflows/rows.ts';
import { type Status, statusFromProto } from '../workflows/statuses.ts';
import { toProto } from '../workflows/to-proto.ts';

/** 50 rows of the largest size stay below the 32 MiB of one message. */
const sliceRows = 50;

type Filter = { organizationId: bigint; status: Status | undefined; projectId: bigint | undefined };

/**
 * Answers in slices, so that neither this service nor the gateway ever holds the collection. Every slice repeats the
 * totals; the last one has the cursor of what follows.
 */
export async function* listWorkflows(
  ctx: Context,
  request: MessageShape<typeof ListWorkflowsRequestSchema>,
  call: HandlerContext,
): AsyncIterable<MessageInitShape<typeof ListWorkflowsResponseSchema>> {
  const filter = {
    organizationId: callerOf(call).organizationId,
    status: request.status === undefined ? undefined : statusFromProto(request.status),
    projectId: request.projectId,
  };
  const page = readPageOrAll(request);
  const totals = totalsOf(page, await countWorkflows(ctx, filter));
  let before = page.after?.[0] === undefined ? undefined : BigInt(page.after[0]);
  let { offset, limit: remaining } = page;
  for (;;) {
    const take = Math.min(sliceRows, remaining);
    const rows = await readSlice(ctx, filter, { before, offset, limit: take + 1 });
    const workflows = rows.slice(0, take);
    before = workflows.at(-1)?.id;
    offset = 0;
    remaining -= workflows.length;
    const isMore = rows.length > take;
    const isLast = !isMore || remaining === 0;
    const nextCursor = isLast && isMore && before !== undefined ? encodeCursor([before]) : undefined;
    yield { workflows: workflows.map(toProto), nextCursor, ...totals };
    if (isLast || call.signal.aborted) return;
  }
}

/** Without any parameter of paging the list is the whole collection, as the API reference promises. */
function readPageOrAll(request: MessageShape<typeof ListWorkflowsRequestSchema>): Page {
  const { limit, cursor, page, perPage } = request;
  const isAll = [limit, cursor, page, perPage].every((parameter) => parameter === undefined);
  return isAll ? { limit: Number.POSITIVE_INFINITY, offset: 0 } : readPage(request, ['bigint']);
}

function totalsOf(page: Page, totalCount: bigint) {
  if (page.perPage === undefined) return { totalCount };
  const totalPages = Math.ceil(Number(totalCount) / page.perPage);
  return { totalCount, page: page.page, perPage: page.perPage, totalPages };
}

async function countWorkflows(ctx: Context, filter: Filter): Promise<bigint> {
  let query = ctx.db.kysely
    .selectFrom('workflows')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', filter.organizationId)
    .where('deleted_at', 'is', null);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.projectId !== undefined) query = query.where('project_id', '=', filter.projectId);
  const { count } = await query.executeTakeFirstOrThrow();
  return count;
}

async function readSlice(
  ctx: Context,
  filter: Filter,
  slice: { before: bigint | undefined; offset: number; limit: number },
) {
  let query = selectWorkflows(ctx.db.kysely)
    .where('workflows.organization_id', '=', filter.organizationId)
    .where('workflows.deleted_at', 'is', null);
  if (filter.status !== undefined) query = query.where('workflows.status', '=', filter.status);
  if (filter.projectId !== undefined) query = query.where('workflows.project_id', '=', filter.projectId);
  if (slice.before !== undefined) query = query.where('workflows.id', '<', slice.before);
  return query.orderBy('workflows.id', 'desc').offset(slice.offset).limit(slice.limit).execute();
}
