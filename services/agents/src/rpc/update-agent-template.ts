import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import {
  AgentTemplatesService,
  type UpdateAgentTemplateRequest,
} from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { parsePolicy } from '../policies/policy.ts';
import { requireNarrow } from '../policies/too-wide.ts';
import { type Content, readContent } from '../templates/content.ts';
import { insertVersion } from '../templates/insert-version.ts';
import { nameProblems } from '../templates/names.ts';
import { findTemplate, isBuiltIn, lockTemplate, type TemplateRow } from '../templates/rows.ts';
import { templateToProto } from '../templates/to-proto.ts';
import { nextVersion } from '../templates/versions.ts';

export async function updateAgentTemplate(ctx: Context, request: UpdateAgentTemplateRequest, call: HandlerContext) {
  const { updateAgentTemplate: method } = AgentTemplatesService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const before = await lockTemplate(trx, caller, request.id);
    if (isBuiltIn(before)) throw builtIn();
    const { names, content } = readChange(ctx, request, before);
    const now = ctx.clock.now();
    const isNew = isDifferent(content, before);
    const made = isNew ? await nextVersion(trx, before) : before.version;
    if (isNew) await insertVersion(trx, caller, { templateId: before.id, version: made, content, now });
    const version = request.draft === true ? before.version : made;
    await trx
      .updateTable('templates')
      .set({ ...names, version, updated_at: now })
      .where('organization_id', '=', caller.organizationId)
      .where('id', '=', before.id)
      .execute();
    return { agentTemplate: templateToProto(await findTemplate(trx, caller, before.id)) };
  });
}

export function builtIn(): DomainError {
  const message = 'A built-in template can only be given an execution policy. Create a template of your own.';
  return new DomainError('failed_precondition', 'agent_template_built_in', message);
}

function readChange({ code }: Context, request: UpdateAgentTemplateRequest, before: TemplateRow) {
  const present = new Set(request.updateMask?.paths);
  const { name, description, category } = request;
  const names = {
    name: present.has('name') ? (name ?? '') : before.name,
    description: present.has('description') ? (description ?? null) : before.description,
    category: present.has('category') ? (category ?? null) : before.category,
  };
  const read = readContent(request, { kind: before.kind, present, former: contentOf(before), code });
  refuseViolations([...nameProblems({ ...names, key: before.key }), ...('violations' in read ? read.violations : [])]);
  if ('violations' in read) throw new Error('content with violations was not refused');
  if (before.kind === 'llm') requireNarrow(parsePolicy(read.content.execution_policy));
  return { names, content: read.content };
}

export function contentOf(row: TemplateRow): Content {
  const { prompt, input_schema, output_schema, default_configuration, execution_policy } = row;
  return { prompt, input_schema, output_schema, default_configuration, execution_policy };
}

function isDifferent(content: Content, before: TemplateRow): boolean {
  return JSON.stringify(content) !== JSON.stringify(contentOf(before));
}
