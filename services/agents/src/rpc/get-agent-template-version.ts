import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentTemplateVersionRequest } from '@drippulse/proto/drippulse/agents/v1/template_versions_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findTemplate } from '../templates/rows.ts';
import { versionToProto } from '../templates/version-to-proto.ts';
import { findVersion } from '../templates/versions.ts';

export async function getAgentTemplateVersion(
  ctx: Context,
  { id, version }: GetAgentTemplateVersionRequest,
  call: HandlerContext,
) {
  const template = await findTemplate(ctx.db.kysely, callerOf(call), id);
  return { version: versionToProto(await findVersion(ctx.db.kysely, template, version), template) };
}
