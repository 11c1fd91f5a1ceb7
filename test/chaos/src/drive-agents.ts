import { agentOrganization } from './agents.ts';
import { type Driving, pause } from './driving.ts';
import { createRandom } from './random.ts';
import { callMs } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 8;

/** Lets persons enter the workflow that runs agents. */
export async function driveAgents(driving: Driving & { agents: readonly ChaosWorkflow[] }): Promise<void> {
  const { agents, history, untilAnswered } = driving;
  const random = createRandom(driving.seed, 'agents');
  for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
    const refs = Array.from({ length: random.between(1, 4) }, (_, index) => `a${round}-${index}`);
    const contacts = refs.map((ref) => ({
      lead_ref: ref,
      email: `${ref}@agents.example`,
      org: String(agentOrganization),
      n: 0,
    }));
    for (const { id: workflowId, organizationId } of agents) {
      const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
      const headers = { 'idempotency-key': `agents-${round}` };
      const { enrollmentIds } = await untilAnswered((client) =>
        client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
      );
      history.calls.push({ workflowId, organizationId, refs, ids: enrollmentIds });
    }
    await pause(driving, random.between(300, 1_200));
  }
}
