import type { HandlerContext } from '@connectrpc/connect';
import { convertInTurns } from '@drippulse/loops';
import type { ListAgentTemplateVersionsRequest } from '@drippulse/proto/drippulse/agents/v1/template_versions_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findTemplate } from '../templates/rows.ts';
import { versionToProto } from '../templates/version-to-proto.ts';
import { selectVersions } from '../templates/versions.ts';

const mostShown = 100;

export async function listAgentTemplateVersions(
  ctx: Context,
  { id }: ListAgentTemplateVersionsRequest,
  call: HandlerContext,
) {
  const { kysely } = ctx.db;
  const template = await findTemplate(kysely, callerOf(call), id);
  const versions = selectVersions(kysely, template);
  const rows = await versions.selectAll().orderBy('version', 'desc').limit(mostShown).execute();
  const { count } = await versions.select(({ fn }) => fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow();
  return {
    versions: await convertInTurns(rows, (row) => versionToProto(row, template), call.signal),
    totalCount: count,
  };
}
