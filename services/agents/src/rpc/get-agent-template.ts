import type { HandlerContext } from '@connectrpc/connect';
import type { GetAgentTemplateRequest } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findTemplate } from '../templates/rows.ts';
import { templateToProto } from '../templates/to-proto.ts';

export async function getAgentTemplate(ctx: Context, { id }: GetAgentTemplateRequest, call: HandlerContext) {
  return { agentTemplate: templateToProto(await findTemplate(ctx.db.kysely, callerOf(call), id)) };
}
