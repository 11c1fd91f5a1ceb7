import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { WorkflowSchema, WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { CrmClient, RuntimeClient } from './clients.ts';
import { driveAgents } from './drive-agents.ts';
import { driveCrm } from './drive-crm.ts';
import { driveEntries } from './drive-entries.ts';
import { driveGoals } from './drive-goals.ts';
import { driveIntegrations } from './drive-integrations.ts';
import { driveJourneys } from './drive-journeys.ts';
import { driveLetters } from './drive-letters.ts';
import { driveStarters } from './drive-starters.ts';
import type { Driving } from './driving.ts';
import { createRandom } from './random.ts';
import { callMs, createUntilAnswered } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The work that the platform gets during the faults. */
export type Load = {
  /** Aborted when a part of the load has failed. `stop` rethrows the failure. */
  failed: AbortSignal;
  /** Ends the load once enough calls have succeeded for the checks, and resumes every workflow. */
  stop(): Promise<void>;
};

type Kind = 'plain' | 'journeys' | 'goals' | 'entries' | 'letters' | 'starters' | 'integrations' | 'agents' | 'crm';

/** Minimum number of successful calls of each organization, even on a busy machine. */
const leastCalls = 10;

/**
 * Announces the workflows and drives them. Each organization makes one bulk enrollment after the other, and a workflow
 * is paused now and then. Persons send events, decide approvals, meet goals and get mails.
 */
export async function startLoad(options: {
  seed: number;
  workflows: Record<Kind, readonly ChaosWorkflow[]>;
  clients: readonly RuntimeClient[];
  crmClients: readonly CrmClient[];
  history: Driving['history'];
}): Promise<Load> {
  const { seed, workflows, clients, crmClients, history } = options;
  const { plain, journeys, goals, entries, letters, integrations, agents, crm } = workflows;
  const { calls } = history;
  const stopped = new AbortController();
  const failed = new AbortController();
  const untilAnswered = createUntilAnswered(clients);
  let sequence = 0n;
  for (const workflow of Object.values(workflows).flat()) await apply(workflow, WorkflowStatus.ACTIVE);

  async function apply(workflow: ChaosWorkflow, status: WorkflowStatus): Promise<void> {
    const { id, organizationId, steps, goals, reEntry } = workflow;
    sequence += 1n;
    const at = timestampNow();
    const applied = create(WorkflowSchema, {
      ...{ id, name: `Chaos ${id}`, status, version: 1, createdAt: at, updatedAt: at },
      ...{ steps: Buffer.from(JSON.stringify(steps)), integrations: Buffer.from('[]') },
      ...(goals && { goals: Buffer.from(JSON.stringify(goals)) }),
      ...(reEntry && { reEntry: Buffer.from(JSON.stringify(reEntry)) }),
    });
    const request = { sequence, workflow: applied, deleted: false };
    await untilAnswered((client) => client.workflows(organizationId).applyWorkflow(request, { timeoutMs: callMs }));
  }

  async function enrollOn(organizationId: bigint, own: readonly ChaosWorkflow[]): Promise<void> {
    const random = createRandom(seed, `load ${organizationId}`);
    for (let call = 0; call < leastCalls || !stopped.signal.aborted; call++) {
      const { id: workflowId } = random.pick(own);
      const refs = Array.from({ length: random.between(1, 20) }, (_, index) => `c${organizationId}-${call}-${index}`);
      const contacts = refs.map((ref) => ({ lead_ref: ref, org: String(organizationId), n: random.between(0, 99) }));
      const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
      const headers = { 'idempotency-key': `chaos-${organizationId}-${call}` };
      const { enrollmentIds } = await untilAnswered((client) =>
        client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
      );
      calls.push({ workflowId, organizationId, refs, ids: enrollmentIds });
      await pause(random.between(200, 800));
    }
  }

  async function holdOn(): Promise<void> {
    const random = createRandom(seed, 'holds');
    while (!stopped.signal.aborted) {
      await pause(random.between(1_000, 3_000));
      const workflow = random.pick(plain);
      await apply(workflow, WorkflowStatus.PAUSED);
      await pause(random.between(300, 1_500));
      await apply(workflow, WorkflowStatus.ACTIVE);
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined);
  const driving: Driving = { seed, clients, history, untilAnswered, stopped: stopped.signal };
  const organizations = [...Map.groupBy(plain, (workflow) => workflow.organizationId)];
  const running = Promise.all([
    ...organizations.map(([id, own]) => enrollOn(id, own)),
    holdOn(),
    driveJourneys({ ...driving, journeys }),
    driveGoals({ ...driving, goals }),
    driveEntries({ ...driving, entries }),
    driveLetters({ ...driving, letters }),
    driveStarters(driving),
    driveIntegrations({ ...driving, integrations }),
    driveAgents({ ...driving, agents }),
    driveCrm({ ...driving, crm, crmClients }),
  ]);
  // stop() rethrows the failure, which must not end the process before that.
  running.catch(() => failed.abort());
  return {
    failed: failed.signal,
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
