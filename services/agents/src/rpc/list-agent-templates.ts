import type { HandlerContext } from '@connectrpc/connect';
import { countUpTo, readList, rowConditions } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentTemplatesRequest } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { callerOf, listedMode } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { builtInOrganization, selectTemplates } from '../templates/rows.ts';
import { templateToProto } from '../templates/to-proto.ts';
import { templateKinds } from '../texts.ts';

export async function listAgentTemplates(ctx: Context, request: ListAgentTemplatesRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { organizationId } = caller;
  const mode = listedMode(request, caller);
  const kind = templateKinds.textOf(request.kind);
  const { kysely } = ctx.db;
  const all = kysely
    .selectFrom('templates')
    .where('organization_id', 'in', [organizationId, builtInOrganization])
    .where('deleted_at', 'is', null)
    .where((where) => where.or([where('organization_id', '=', builtInOrganization), where('mode', '=', mode)]))
    .$if(kind !== null, (query) => query.where('kind', '=', kind ?? ''));
  const templates = all.where(await rowConditions(kysely, all, request)).select('id');
  const { rows, paging } = await readList(request, {
    // Selects the ids of the page first, because the filters use column names that the table of versions also has.
    rows: ({ beforeId, limit, offset }) => {
      const page = templates.where('id', '<', beforeId).orderBy('id', 'desc').limit(limit).offset(offset);
      return selectTemplates(kysely, { organizationId, mode })
        .where('templates.id', 'in', page)
        .orderBy('templates.id', 'desc')
        .execute();
    },
    count: () => countUpTo(kysely, templates),
  });
  return { agentTemplates: await convertInTurns(rows, templateToProto, call.signal), ...paging };
}
