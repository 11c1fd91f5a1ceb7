import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListLeadFormsRequest } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { leadFormToProto, selectForms } from '../lead-forms/form.ts';

export async function listLeadForms(ctx: Context, request: ListLeadFormsRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const mode = sql.lit(listedMode(request, caller));
  const { kysely } = ctx.db;
  const all = selectForms(kysely, caller.organizationId).where('mode', '=', mode);
  const forms = all.where(await rowConditions(kysely, all, request));
  const { rows, paging } = await readList(request, {
    rows: ({ beforeId, limit, offset }) =>
      forms.selectAll().where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset).execute(),
    count: () => countUpTo(kysely, forms.select('id')),
  });
  return { leadForms: await convertInTurns(rows, leadFormToProto, call.signal), ...paging };
}
