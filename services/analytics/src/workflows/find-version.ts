import type { WorkflowVersion } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { z } from 'zod';
import type { Context } from '../context.ts';

/** The members of a workflow's version that are shown beside the counts of its enrollments. */
export type Version = { version: number; steps: Step[]; goals: string[] };

export type Step = { id: string; name: string; type: string; variants: Variant[] };

/** A variant of a split. */
export type Variant = { name: string; weight: number };

const steps = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    config: z.object({
      variants: z
        .array(z.object({ name: z.string(), weight: z.coerce.number().default(1) }))
        .optional()
        .catch(undefined),
    }),
  }),
);
const goals = z.array(z.object({ name: z.string() })).nullable();

/**
 * Reads a version of a workflow, or the current version if no number is given. Returns undefined if the workflow or the
 * version does not exist in the organization, or was deleted.
 */
export async function findVersion(
  { clients }: Pick<Context, 'clients'>,
  caller: Caller,
  { workflowId, version }: { workflowId: bigint; version?: number | undefined },
): Promise<Version | undefined> {
  const workflows = clients.workflows(caller);
  try {
    const found =
      version === undefined
        ? (await workflows.getWorkflow({ id: workflowId })).workflow
        : (await workflows.getWorkflowVersion({ workflowId, version })).version;
    return found && readVersion(found);
  } catch (error) {
    const reason = fromConnectError(error);
    if (reason.kind === 'not_found') return undefined;
    throw reason;
  }
}

function readVersion(found: Pick<WorkflowVersion, 'version' | 'steps' | 'goals'>): Version {
  return {
    version: found.version,
    steps: steps.parse(jsonOf(found.steps, '[]')).map(({ id, name, type, config }) => {
      return { id, name, type, variants: type === 'split' ? (config.variants ?? []) : [] };
    }),
    goals: (goals.parse(jsonOf(found.goals, 'null')) ?? []).map(({ name }) => name),
  };
}

function jsonOf(bytes: Uint8Array, absent: string): unknown {
  return JSON.parse(bytes.byteLength === 0 ? absent : new TextDecoder().decode(bytes));
}
