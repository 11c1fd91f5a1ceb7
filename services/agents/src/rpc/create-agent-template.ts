import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations, type Violation } from '@drippulse/errors';
import {
  AgentTemplatesService,
  type CreateAgentTemplateRequest,
} from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { parsePolicy } from '../policies/policy.ts';
import { requireNarrow } from '../policies/too-wide.ts';
import { emptyContent, readContent } from '../templates/content.ts';
import { insertVersion } from '../templates/insert-version.ts';
import { keyOf, nameProblems } from '../templates/names.ts';
import { readTemplate } from '../templates/rows.ts';
import { templateToProto } from '../templates/to-proto.ts';
import { templateKinds } from '../texts.ts';

export async function createAgentTemplate(ctx: Context, request: CreateAgentTemplateRequest, call: HandlerContext) {
  const { content, kind, ...names } = readRequest(ctx, request);
  const { createAgentTemplate: method } = AgentTemplatesService.method;
  return transact(ctx, call, method, request, async (trx, caller) => {
    const { organizationId, mode } = caller;
    const now = ctx.clock.now();
    const row = await trx
      .insertInto('templates')
      .values({ ...names, kind, organization_id: organizationId, mode, version: 1, created_at: now, updated_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) refuseViolations([keyTaken]);
    const id = row?.id ?? 0n;
    await insertVersion(trx, caller, { templateId: id, version: 1, content, now });
    return { agentTemplate: templateToProto(await readTemplate(trx, caller, id)) };
  });
}

const keyTaken: Violation = { field: 'key', message: 'is the key of another template', code: 'duplicate' };

function readRequest({ code }: Context, request: CreateAgentTemplateRequest) {
  const { name = '', description = null, category = null } = request;
  const kind = templateKinds.textOf(request.kind) ?? '';
  const names = { name, key: request.key ?? keyOf(name), description, category };
  const read = readContent(request, { kind, present: presentOf(request), former: emptyContent, code });
  refuseViolations([...nameProblems(names), ...('violations' in read ? read.violations : [])]);
  if ('violations' in read) throw new Error('content with violations was not refused');
  if (kind === 'llm') requireNarrow(parsePolicy(read.content.execution_policy));
  return { ...names, kind, content: read.content };
}

/** Returns the names of the content members that the request sets. */
function presentOf(request: CreateAgentTemplateRequest): Set<string> {
  const given = {
    prompt: request.prompt,
    input_schema: request.inputSchema,
    output_schema: request.outputSchema,
    default_configuration: request.defaultConfiguration,
    execution_policy: request.executionPolicy,
  };
  return new Set(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name])));
}
