import type { HandlerContext } from '@connectrpc/connect';
import {
  type ActivateAgentTemplateVersionRequest,
  AgentTemplateVersionsService,
} from '@drippulse/proto/drippulse/agents/v1/template_versions_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { requireNoRegression } from '../evals/require-no-regression.ts';
import { findTemplate, isBuiltIn, lockTemplate, type TemplateRow } from '../templates/rows.ts';
import { templateToProto } from '../templates/to-proto.ts';
import { findVersion } from '../templates/versions.ts';
import { builtIn } from './update-agent-template.ts';

export async function activateAgentTemplateVersion(
  ctx: Context,
  request: ActivateAgentTemplateVersionRequest,
  call: HandlerContext,
) {
  const { activateAgentTemplateVersion: method } = AgentTemplateVersionsService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const template = await lockTemplate(trx, caller, request.id);
    if (isBuiltIn(template)) throw builtIn();
    const { version } = await findVersion(trx, template, request.version);
    if (request.force !== true) await requireNoRegression(trx, placeOf(template, version));
    await trx
      .updateTable('templates')
      .set({ version, updated_at: ctx.clock.now() })
      .where('organization_id', '=', caller.organizationId)
      .where('id', '=', template.id)
      .execute();
    return { agentTemplate: templateToProto(await findTemplate(trx, caller, template.id)) };
  });
}

function placeOf(template: TemplateRow, version: number) {
  const { id: templateId, organization_id: organizationId, version: activeVersion } = template;
  return { organizationId, templateId, version, activeVersion };
}
