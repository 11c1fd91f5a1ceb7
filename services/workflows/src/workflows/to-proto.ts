import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { WorkflowSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { modeToProto } from '@drippulse/rpc';
import type { WorkflowRow } from './rows.ts';
import { statusToProto } from './statuses.ts';
import { shownSteps } from './step-secrets.ts';

const utf8 = new TextEncoder();

/** The workflow as everybody may see it: credentials of its steps are masked. */
export function workflowToProto(row: WorkflowRow): MessageInitShape<typeof WorkflowSchema> {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? undefined,
    status: statusToProto(row.status),
    mode: modeToProto(row.mode),
    version: row.version,
    projectId: row.project_id ?? undefined,
    steps: utf8.encode(shownSteps(row)),
    integrations: utf8.encode(row.integrations),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
  };
}
