import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentTemplateVersionSchema } from '@drippulse/proto/drippulse/agents/v1/template_versions_pb';
import { parsePolicy } from '../policies/policy.ts';
import { policyToProto } from '../policies/policy-to-proto.ts';
import type { TemplateRow } from './rows.ts';
import type { VersionRow } from './versions.ts';

export function versionToProto(
  row: VersionRow,
  template: TemplateRow,
): MessageInitShape<typeof AgentTemplateVersionSchema> {
  return {
    version: row.version,
    templateId: row.template_id,
    active: row.version === template.version,
    prompt: row.prompt ?? undefined,
    ...(row.input_schema !== null && { inputSchema: Buffer.from(row.input_schema) }),
    ...(row.output_schema !== null && { outputSchema: Buffer.from(row.output_schema) }),
    defaultConfiguration: Buffer.from(row.default_configuration),
    executionPolicy: policyToProto(parsePolicy(row.execution_policy)),
    createdAt: timestampFromDate(row.created_at),
  };
}
