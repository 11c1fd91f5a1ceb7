import { refuseViolations } from '@drippulse/errors';
import { WorkflowView } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Scope } from './read-totals.ts';

const pageRows = 1_000;

type Asked = {
  workflowId?: bigint | undefined;
  version?: number | undefined;
  variant?: string | undefined;
};

/**
 * Reads the selection of facts of a request. The workflow of another organization has no facts, like a missing
 * workflow.
 */
export function readScope({ workflowId, version, variant }: Asked, { organizationId, mode }: Caller): Scope {
  if (workflowId !== undefined && workflowId <= 0n) {
    refuseViolations([{ field: 'workflow_id', message: 'must be the id of a workflow', code: 'range' }]);
  }
  if (version !== undefined && workflowId === undefined) {
    refuseViolations([{ field: 'version', message: 'needs workflow_id', code: 'not_allowed' }]);
  }
  if (variant !== undefined && workflowId === undefined) {
    refuseViolations([{ field: 'variant', message: 'needs workflow_id', code: 'not_allowed' }]);
  }
  return {
    ...{ organizationId, mode, workflowIds: [workflowId ?? 0n] },
    ...(version !== undefined && { version }),
    ...(variant !== undefined && { variant }),
  };
}

/**
 * Refuses a string that cannot name a variant. Any name is possible, so the values of a variant that nobody uses are
 * zero.
 */
export function checkVariant(variant: string | undefined, others: readonly string[] = []): void {
  if (variant === undefined || others.includes(variant) || /^[\w.-]{1,64}:/.test(variant)) return;
  const message = `must be ${['the id of a split, a colon and the name of a variant', ...others].join(', or ')}`;
  refuseViolations([{ field: 'variant', message, code: 'format' }]);
}

/**
 * Finds the selection of facts of a request. If the request names a project, selects the facts of the workflows that
 * are in the project now. A project of another organization has no workflows.
 */
export async function findScope(
  ctx: Pick<Context, 'clients'>,
  request: Asked & { projectId?: bigint | undefined },
  caller: Caller,
): Promise<Scope> {
  const scope = readScope(request, caller);
  checkVariant(request.variant);
  const { projectId, workflowId } = request;
  if (projectId === undefined) return scope;
  const ids = await workflowsIn(ctx, caller, projectId);
  return { ...scope, workflowIds: workflowId === undefined ? ids : ids.filter((id) => id === workflowId) };
}

async function workflowsIn(
  { clients }: Pick<Context, 'clients'>,
  caller: Caller,
  projectId: bigint,
): Promise<readonly bigint[]> {
  const ids: bigint[] = [];
  let cursor: string | undefined;
  try {
    do {
      const asked = { projectId, view: WorkflowView.SUMMARY, limit: pageRows, ...(cursor !== undefined && { cursor }) };
      cursor = undefined;
      for await (const { workflows, nextCursor } of clients.workflows(caller).listWorkflows(asked)) {
        ids.push(...workflows.map(({ id }) => id));
        cursor = nextCursor;
      }
    } while (cursor !== undefined);
  } catch (error) {
    throw fromConnectError(error);
  }
  return ids;
}
