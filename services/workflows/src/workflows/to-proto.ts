import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type {
  ListedWorkflowSchema,
  WorkflowSchema,
  WorkflowStats,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { modeToProto } from '@drippulse/rpc';
import type { WorkflowRow } from './rows.ts';
import { settingsToProto } from './settings.ts';
import { statusToProto } from './statuses.ts';
import type { StoredSteps } from './step-secrets.ts';

const utf8 = new TextEncoder();

/** Columns of the workflow itself. */
type Columns = Omit<WorkflowRow, keyof StoredSteps | 'settings'>;

/**
 * Converts a workflow to the form that everybody may see, with masked credentials in its steps. The result also fits
 * into lists.
 */
export function workflowToProto(row: WorkflowRow) {
  return {
    ...columnsToProto(row),
    ...settingsToProto(row.settings),
    steps: utf8.encode(row.steps),
    integrations: utf8.encode(row.integrations),
  } satisfies MessageInitShape<typeof WorkflowSchema>;
}

/**
 * Converts a workflow without its steps. If `stats` is undefined, every count is null. A workflow that is not in
 * `stats` has no enrollments.
 */
export function summaryToProto(
  row: Columns & { step_count: number },
  stats: Readonly<Record<string, WorkflowStats>> | undefined,
): MessageInitShape<typeof ListedWorkflowSchema> {
  return {
    ...columnsToProto(row),
    stepCount: row.step_count,
    stats: stats === undefined ? {} : (stats[String(row.id)] ?? nothing),
  };
}

const nothing = {
  enrolled: 0n,
  active: 0n,
  paused: 0n,
  completed: 0n,
  failed: 0n,
  cancelled: 0n,
  failures24h: 0n,
};

function columnsToProto(row: Columns) {
  return {
    id: row.id,
    name: row.name,
    description: row.description ?? undefined,
    status: statusToProto(row.status),
    mode: modeToProto(row.mode),
    version: row.version,
    projectId: row.project_id ?? undefined,
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
