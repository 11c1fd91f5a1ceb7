import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, cutPage, pageTotals, readPage } from '@drippulse/db';
import type { ListLeadFormsRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { leadFormToProto, selectForms } from '../lead-forms/form.ts';

export async function listLeadForms(ctx: Context, request: ListLeadFormsRequest, call: HandlerContext) {
  const page = readPage(request, ['bigint']);
  const caller = callerOf(call);
  const forms = selectForms(ctx.db.kysely, caller.organizationId).where(
    'mode',
    '=',
    sql.lit(listedMode(request, caller)),
  );
  const [before] = page.after ?? [];
  const slice = before === undefined ? forms : forms.where('id', '<', BigInt(before));
  // One more row shows whether another page follows.
  const found = await slice
    .selectAll()
    .orderBy('id', 'desc')
    .offset(page.offset)
    .limit(page.limit + 1)
    .execute();
  const { rows, nextCursor } = cutPage(found, page.limit);
  const count = await countUpTo(ctx.db.kysely, forms.select('id'));
  return { leadForms: rows.map(leadFormToProto), ...count, nextCursor, ...pageTotals(page, count.totalCount) };
}
