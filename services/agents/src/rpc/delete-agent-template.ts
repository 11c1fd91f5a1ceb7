import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import {
  AgentTemplatesService,
  type DeleteAgentTemplateRequest,
} from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { isBuiltIn, lockTemplate } from '../templates/rows.ts';
import { builtIn } from './update-agent-template.ts';

/** Deletes a template. `spawn` locks the template too, so no agent is made from it at the same time. */
export async function deleteAgentTemplate(ctx: Context, request: DeleteAgentTemplateRequest, call: HandlerContext) {
  const { deleteAgentTemplate: method } = AgentTemplatesService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const { organizationId } = caller;
    const template = await lockTemplate(trx, caller, request.id);
    if (isBuiltIn(template)) throw builtIn();
    const agent = await trx
      .selectFrom('agents')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('template_id', '=', template.id)
      .where('deleted_at', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (agent !== undefined) {
      const message = 'The template has agents. Delete them first.';
      throw new DomainError('already_exists', 'agent_template_in_use', message);
    }
    const now = ctx.clock.now();
    await trx
      .updateTable('templates')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', organizationId)
      .where('id', '=', template.id)
      .execute();
    return {};
  });
}
