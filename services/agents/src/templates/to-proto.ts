import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentTemplateSchema } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { modeToProto } from '@drippulse/rpc';
import { parsePolicy } from '../policies/policy.ts';
import { policyToProto } from '../policies/policy-to-proto.ts';
import { templateKinds } from '../texts.ts';
import { isBuiltIn, type TemplateRow } from './rows.ts';

export function templateToProto(row: TemplateRow): MessageInitShape<typeof AgentTemplateSchema> {
  return {
    id: row.id,
    key: row.key,
    name: row.name,
    description: row.description ?? undefined,
    category: row.category ?? undefined,
    kind: templateKinds.numberOf(row.kind),
    prompt: row.prompt ?? undefined,
    ...(row.input_schema !== null && { inputSchema: Buffer.from(row.input_schema) }),
    ...(row.output_schema !== null && { outputSchema: Buffer.from(row.output_schema) }),
    defaultConfiguration: Buffer.from(row.default_configuration),
    executionPolicy: policyToProto(parsePolicy(row.execution_policy)),
    builtIn: isBuiltIn(row),
    version: row.version,
    latestVersion: row.latest_version,
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
