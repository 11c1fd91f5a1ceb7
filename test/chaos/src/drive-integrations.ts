import { type Driving, pause } from './driving.ts';
import { channels, integrationDomain } from './integrations.ts';
import { createRandom } from './random.ts';
import { callMs } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 8;

/** Lets persons enter the workflows that have steps at providers. */
export async function driveIntegrations(driving: Driving & { integrations: readonly ChaosWorkflow[] }): Promise<void> {
  const { integrations, history, untilAnswered } = driving;
  const random = createRandom(driving.seed, 'integrations');
  for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
    const { id: workflowId, organizationId } = random.pick(integrations);
    const refs = Array.from({ length: random.between(1, 3) }, (_, index) => `i${round}-${index}`);
    const contacts = refs.map((ref) => ({
      ...{ lead_ref: ref, email: `${ref}${integrationDomain}`, org: String(organizationId) },
      n: random.between(0, channels.length - 1),
    }));
    const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
    const headers = { 'idempotency-key': `integrations-${round}` };
    const { enrollmentIds } = await untilAnswered((client) =>
      client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
    );
    history.calls.push({ workflowId, organizationId, refs, ids: enrollmentIds });
    await pause(driving, random.between(300, 1_200));
  }
}
