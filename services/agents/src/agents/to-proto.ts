import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentSchema } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { modeToProto } from '@drippulse/rpc';
import { agentStatuses, agentTypes } from '../texts.ts';
import type { AgentRow } from './rows.ts';

export function agentToProto(row: AgentRow): MessageInitShape<typeof AgentSchema> {
  return {
    id: row.id,
    agentId: row.id,
    name: row.name,
    type: agentTypes.numberOf(row.type),
    status: agentStatuses.numberOf(row.status),
    statusReason: row.status_reason ?? undefined,
    templateId: row.template_id ?? undefined,
    workflowId: row.workflow_id ?? undefined,
    codeId: row.code_id ?? undefined,
    configuration: Buffer.from(row.configuration),
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
    modelVersion: row.model_version ?? undefined,
    shadowModelVersion: row.shadow_model_version ?? undefined,
  };
}
