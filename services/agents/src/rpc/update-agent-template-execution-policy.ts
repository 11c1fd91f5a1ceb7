import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  AgentTemplatesService,
  type UpdateAgentTemplateExecutionPolicyRequest,
} from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import type { Caller } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { parsePolicy } from '../policies/policy.ts';
import { readPolicy } from '../policies/read-policy.ts';
import { requireNarrow } from '../policies/too-wide.ts';
import { insertVersion } from '../templates/insert-version.ts';
import { findTemplate, isBuiltIn, lockTemplate, type TemplateRow } from '../templates/rows.ts';
import { templateToProto } from '../templates/to-proto.ts';
import { nextVersion } from '../templates/versions.ts';
import { contentOf } from './update-agent-template.ts';

export async function updateAgentTemplateExecutionPolicy(
  ctx: Context,
  request: UpdateAgentTemplateExecutionPolicyRequest,
  call: HandlerContext,
) {
  const { updateAgentTemplateExecutionPolicy: method } = AgentTemplatesService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const before = await lockTemplate(trx, caller, request.id);
    const present = new Set(request.updateMask?.paths);
    const read = readPolicy(request, { present, former: parsePolicy(before.execution_policy), path: '' });
    if ('violations' in read) refuseViolations(read.violations);
    else {
      if (before.kind === 'llm') requireNarrow(read.policy);
      await storePolicy(trx, caller, { before, policy: JSON.stringify(read.policy), now: ctx.clock.now() });
    }
    return { agentTemplate: templateToProto(await findTemplate(trx, caller, before.id)) };
  });
}

/**
 * Stores the policy in a new version of the organization's own template, or as the organization's policy for a built-in
 * template.
 */
async function storePolicy(
  trx: Transaction<DB>,
  caller: Caller,
  { before, policy, now }: { before: TemplateRow; policy: string; now: Date },
): Promise<void> {
  const { organizationId, mode } = caller;
  if (isBuiltIn(before)) {
    await sql`
      insert into template_policies (organization_id, mode, template_id, execution_policy, updated_at)
      values (${organizationId}, ${mode}, ${before.id}, ${policy}, ${now})
      on conflict (organization_id, mode, template_id) do update
        set execution_policy = excluded.execution_policy, updated_at = excluded.updated_at`.execute(trx);
    return;
  }
  const version = policy === before.execution_policy ? before.version : await nextVersion(trx, before);
  if (version !== before.version) {
    const content = { ...contentOf(before), execution_policy: policy };
    await insertVersion(trx, caller, { templateId: before.id, version, content, now });
  }
  await trx
    .updateTable('templates')
    .set({ version, updated_at: now })
    .where('organization_id', '=', organizationId)
    .where('id', '=', before.id)
    .execute();
}
