import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { readSteps } from '@drippulse/engine';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { type Workflow, WorkflowSchema, WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { fromConnectError } from '@drippulse/rpc';
import { type Harness, workflowsService } from './harness.ts';

const hourMs = 3_600_000;
let lastWorkflowId = 0n;
let lastSequence = 0n;

/** Settings in the form of a request. */
export type SettingsInput = { goals?: unknown[]; re_entry?: unknown; holdout?: unknown; priority?: number };

export type StepInput = { type: string; [key: string]: unknown };

/** Builds a workflow as the workflows service stores it. A workflow without an id gets a new one. */
export function workflowOf(
  steps: readonly StepInput[],
  options: {
    id?: bigint;
    version?: number;
    status?: WorkflowStatus;
    name?: string;
    mode?: Mode;
    settings?: SettingsInput;
  } = {},
): Workflow {
  const { id, version = 1, status = WorkflowStatus.ACTIVE, name = 'Welcome', mode = Mode.LIVE } = options;
  const { goals, re_entry, holdout, priority } = options.settings ?? {};
  let count = 0;
  const read = readSteps(JSON.stringify(steps), { active: false, makeId: () => `s${count++}` });
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems));
  if (id === undefined) lastWorkflowId += 1n;
  return create(WorkflowSchema, {
    id: id ?? lastWorkflowId,
    name,
    status,
    mode,
    version,
    steps: json(read.steps),
    integrations: json([]),
    ...(goals && { goals: json(goals) }),
    ...(re_entry !== undefined && { reEntry: json(re_entry) }),
    ...(holdout !== undefined && { holdout: json(holdout) }),
    ...(priority !== undefined && { priority }),
    createdAt: timestampNow(),
    updatedAt: timestampNow(),
  });
}

/** Applies a workflow or a change of it, as the workflows service does after a commit. */
export async function apply(
  harness: Harness,
  workflow: Workflow,
  options: { organizationId?: bigint; deleted?: boolean; sequence?: bigint } = {},
): Promise<void> {
  const { organizationId = 1n, deleted = false } = options;
  lastSequence += 1n;
  const sequence = options.sequence ?? lastSequence;
  await harness.runtime({ ...workflowsService, organizationId }).applyWorkflow({ sequence, workflow, deleted });
}

/** Makes a workflow, and applies it to the runtime. */
export async function makeWorkflow(
  harness: Harness,
  steps: readonly StepInput[],
  options: { organizationId?: bigint; status?: WorkflowStatus; mode?: Mode; settings?: SettingsInput } = {},
): Promise<Workflow> {
  const workflow = workflowOf(steps, options);
  await apply(harness, workflow, options);
  return workflow;
}

/** Moves the time to the middle of an hour, so that no hour ends while a test counts ticks. */
export function passToMidHour(harness: Harness): void {
  harness.pass((1.5 * hourMs - (Date.now() % hourMs)) % hourMs);
}

/** Encodes free-form JSON as requests carry it. */
export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Parses free-form JSON of a response. */
export function parsed(bytes: Uint8Array | undefined): unknown {
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}

export function contacts(count: number, prefix = 'c'): Uint8Array {
  return json(Array.from({ length: count }, (_, index) => ({ email: `${prefix}${index}@example.com` })));
}

/** Returns the refusal of a call, as `kind reason`. */
export async function refusal(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { kind, reason } = fromConnectError(error);
    return `${kind} ${reason}`;
  }
}
