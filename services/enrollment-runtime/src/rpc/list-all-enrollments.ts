import type { HandlerContext } from '@connectrpc/connect';
import { encodeCursor, pageTotals, readPage } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAllEnrollmentsRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { loadDefinitions } from '../definitions/load-definitions.ts';
import { readFilter } from '../enrollments/filter.ts';
import { toTotal } from '../enrollments/list-ids.ts';
import { readAll } from '../enrollments/read-all.ts';
import { countFromPage } from '../enrollments/read-list.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { workflowToProto } from '../enrollments/workflow.ts';

/**
 * Lists the enrollments of all workflows. Names of workflows come from the runtime's own copy, so the list needs no
 * other service.
 */
export async function listAllEnrollments(ctx: Context, request: ListAllEnrollmentsRequest, call: HandlerContext) {
  const page = readPage(request, ['bigint']);
  const caller = callerOf(call);
  const after = page.after?.[0] === undefined ? undefined : BigInt(page.after[0]);
  const slice = { after, offset: page.offset, limit: page.limit };
  const scope = { organizationId: caller.organizationId, workflowId: request.workflowId };
  const read = await readAll(ctx, scope, readFilter(request, listedMode(request, caller)), slice);
  const definitionOf = await loadDefinitions(
    ctx.definitions,
    read.rows.map(({ row }) => row),
  );
  const count =
    countFromPage(page, read.found.length) ??
    (read.total === undefined ? toTotal(read.count ?? 0n) : { totalCount: read.total });
  const last = read.found.slice(0, page.limit).at(-1);
  const toMessage = ({ row, workflow }: (typeof read.rows)[number]) => ({
    ...toProto(row, definitionOf(row), read.now),
    workflow: workflowToProto({ ...workflow, workflowId: row.workflowId }),
  });
  return {
    enrollments: await convertInTurns(read.rows, toMessage, call.signal),
    ...count,
    nextCursor: read.found.length > page.limit && last !== undefined ? encodeCursor([last]) : undefined,
    ...pageTotals(page, count.totalCount),
  };
}
