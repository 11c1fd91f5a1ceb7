import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { WorkflowSchema, WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { RuntimeClient } from './clients.ts';
import type { AcceptedCall } from './history.ts';
import { createRandom } from './random.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** Work during the faults. */
export type Load = {
  /** Ends the load once enough calls were answered for the checks, and resumes every workflow. */
  stop(): Promise<void>;
};

const callMs = 5_000;
/** Answered calls of each organization, also on a busy machine. */
const leastCalls = 10;
const patienceMs = 120_000;

/**
 * Announces the workflows and drives them: bulk enrollments of each organization one after the other, with a pause of a
 * workflow now and then.
 */
export async function startLoad(options: {
  seed: number;
  workflows: readonly ChaosWorkflow[];
  clients: readonly RuntimeClient[];
  calls: AcceptedCall[];
}): Promise<Load> {
  const { seed, workflows, clients, calls } = options;
  const stopped = new AbortController();
  let sequence = 0n;
  for (const workflow of workflows) await apply(workflow, WorkflowStatus.ACTIVE);

  /** Repeats a call, at one runtime and then at another, until it is answered: it must be safe to repeat. */
  async function untilAnswered<T>(call: (client: RuntimeClient) => Promise<T>): Promise<T> {
    const end = Date.now() + patienceMs;
    for (let turn = 0; ; turn++) {
      const client = clients[turn % clients.length];
      if (client === undefined) throw new Error('there is no runtime to call');
      try {
        return await call(client);
      } catch (error) {
        if (Date.now() > end) throw error;
        await sleep(100);
      }
    }
  }

  async function apply({ id, organizationId, steps }: ChaosWorkflow, status: WorkflowStatus): Promise<void> {
    sequence += 1n;
    const at = timestampNow();
    const workflow = create(WorkflowSchema, {
      ...{ id, name: `Chaos ${id}`, status, version: 1, createdAt: at, updatedAt: at },
      ...{ steps: Buffer.from(JSON.stringify(steps)), integrations: Buffer.from('[]') },
    });
    const request = { sequence, workflow, deleted: false };
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
      const workflow = random.pick(workflows);
      await apply(workflow, WorkflowStatus.PAUSED);
      await pause(random.between(300, 1_500));
      await apply(workflow, WorkflowStatus.ACTIVE);
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopped.signal }).catch(() => undefined);
  const organizations = [...Map.groupBy(workflows, (workflow) => workflow.organizationId)];
  const running = Promise.all([...organizations.map(([id, own]) => enrollOn(id, own)), holdOn()]);
  // stop() throws it; until then a failure must not end the process.
  running.catch(() => undefined);
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
