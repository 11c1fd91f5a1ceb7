import { type Driving, pause, sendEvent } from './driving.ts';
import { entryOrganization, goalEvents, goalWaitMs } from './goals.ts';
import { createRandom, type Random } from './random.ts';
import { callMs } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

type GoalDriving = Driving & { goals: readonly ChaosWorkflow[] };

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 6;

/**
 * Lets persons enter, some of whom bought before. Sends events that meet goals before, near and after the end of their
 * runs.
 */
export async function driveGoals(driving: GoalDriving): Promise<void> {
  const random = createRandom(driving.seed, 'goals');
  const sending: Promise<void>[] = [];
  for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
    const persons = Array.from({ length: random.between(3, 6) }, (_, index) => `g${round}-${index}@goals.example`);
    for (const email of persons) if (random.next() < 0.2) await send(driving, { email, name: 'bought', key: 'before' });
    for (const workflow of driving.goals) await enter(driving, workflow, persons, round);
    for (const email of persons) {
      const events = sendEvents(driving, random, email);
      // The failure is rethrown below, and must not end the process before that.
      events.catch(() => undefined);
      sending.push(events);
    }
    await pause(driving, random.between(600, 1_500));
  }
  await Promise.all(sending);
}

async function enter(
  { history, untilAnswered }: GoalDriving,
  { id: workflowId, organizationId }: ChaosWorkflow,
  persons: readonly string[],
  round: number,
): Promise<void> {
  const refs = persons.map((email) => `${email.replace('@goals.example', '')}-${workflowId}`);
  const org = String(organizationId);
  const contacts = persons.map((email, index) => ({ email, lead_ref: refs[index], org, n: 0 }));
  const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
  const headers = { 'idempotency-key': `goals-${workflowId}-${round}` };
  const { enrollmentIds } = await untilAnswered((client) =>
    client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
  );
  history.calls.push({ workflowId, organizationId, refs, ids: enrollmentIds });
}

/** Sends the counted event once or not at all, and the event that ends the run up to three times. */
async function sendEvents(driving: Driving, random: Random, email: string): Promise<void> {
  const bought = random.next() < 0.6 ? random.between(1, 3) : 0;
  const events: { name: keyof typeof goalEvents; key: string; ms: number }[] = [
    ...(random.next() < 0.5 ? [{ name: 'seen' as const, key: '0', ms: random.between(0, goalWaitMs) }] : []),
    ...Array.from({ length: bought }, (_, index) => ({
      name: 'bought' as const,
      key: String(index),
      ms: random.between(0, goalWaitMs + 1_000),
    })),
  ];
  await Promise.all(
    events.map(async ({ name, key, ms }) => {
      await pause(driving, ms);
      await send(driving, { email, name, key });
    }),
  );
}

async function send(
  driving: Driving,
  { email, name, key }: { email: string; name: keyof typeof goalEvents; key: string },
): Promise<void> {
  const event = {
    organizationId: entryOrganization,
    name: goalEvents[name],
    email,
    key: `${name}-${email}-${key}`,
  };
  await sendEvent(driving, event, key === '1' ? 1 : 0);
}
