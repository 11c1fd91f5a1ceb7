import { setTimeout as sleep } from 'node:timers/promises';
import { ApprovalStatus } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { AfterMaxHold, CapWindow, SpanUnit } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { type Driving, pause, sendEvent } from './driving.ts';
import { capDays, capLimit, eventTimeoutMs, holdSeconds, journeyEvent, journeyOrganization } from './journeys.ts';
import { chanceOf, createRandom, type Random } from './random.ts';
import { callMs, isTaken } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

type JourneyDriving = Driving & { journeys: readonly ChaosWorkflow[] };

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 8;

/** Lets persons enter both workflows, then sends their events. Decides approvals at the same time. */
export async function driveJourneys(driving: JourneyDriving): Promise<void> {
  await setRules(driving);
  const entered = new AbortController();
  const deciding = decideAll(driving, entered.signal);
  // The failure is rethrown below, and must not end the process before that.
  deciding.catch(() => undefined);
  const random = createRandom(driving.seed, 'journeys');
  const events: Promise<void>[] = [];
  try {
    for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
      const persons = await enter(driving, random, round);
      for (const email of persons) {
        if (random.next() < 0.25) await suppress(driving, email);
        const sending = sendEvents(driving, random, email);
        sending.catch(() => undefined);
        events.push(sending);
      }
      await pause(driving, random.between(300, 900));
    }
    await Promise.all(events);
  } finally {
    entered.abort();
  }
  await deciding;
}

async function setRules({ untilAnswered }: Driving): Promise<void> {
  const changes = {
    caps: [{ id: 'once', limit: capLimit, per: { duration: capDays, unit: SpanUnit.DAYS }, window: CapWindow.ROLLING }],
    maxHold: { duration: holdSeconds, unit: SpanUnit.SECONDS },
    afterMaxHold: AfterMaxHold.SKIP,
    updateMask: { paths: ['caps', 'max_hold', 'after_max_hold'] },
  };
  await untilAnswered((client) => client.rules(journeyOrganization).updateSendingRules(changes, { timeoutMs: callMs }));
}

/** Lets the same persons enter each workflow, in each workflow under a different reference. */
async function enter(
  { journeys, history, untilAnswered }: JourneyDriving,
  random: Random,
  round: number,
): Promise<string[]> {
  const persons = Array.from({ length: random.between(4, 8) }, (_, index) => `p${round}-${index}@chaos.example`);
  for (const { id: workflowId, organizationId } of journeys) {
    const refs = persons.map((email) => `${email.replace('@chaos.example', '')}-${workflowId}`);
    const org = String(organizationId);
    const contacts = persons.map((email, index) => ({ email, lead_ref: refs[index], org, n: 0 }));
    const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)) };
    const headers = { 'idempotency-key': `journey-${workflowId}-${round}` };
    const { enrollmentIds } = await untilAnswered((client) =>
      client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
    );
    history.calls.push({ workflowId, organizationId, refs, ids: enrollmentIds });
  }
  return persons;
}

/** Suppresses an email address. The call succeeds before the event is sent, and without the event no mail is due. */
async function suppress({ history, untilAnswered }: Driving, email: string): Promise<void> {
  const headers = { 'idempotency-key': `suppress-${email}` };
  await untilAnswered((client) =>
    client.suppressions(journeyOrganization).createSuppression({ email }, { headers, timeoutMs: callMs }),
  );
  history.journeys.suppressed.push(email);
}

/** Sends up to two events: immediately, near the end of the wait, or after it. */
async function sendEvents(driving: Driving, random: Random, email: string): Promise<void> {
  const chance = random.next();
  const count = chance < 0.1 ? 0 : chance < 0.7 ? 1 : 2;
  const delays = Array.from({ length: count }, () =>
    random.next() < 0.5 ? 0 : random.between(1_000, eventTimeoutMs + 1_000),
  );
  await Promise.all(delays.map((ms, index) => sendLate(driving, { email, key: `${email}-${index}`, ms, index })));
}

async function sendLate(
  driving: Driving,
  { email, key, ms, index }: { email: string; key: string; ms: number; index: number },
): Promise<void> {
  await pause(driving, ms);
  const written = index === 0 ? email : email.toUpperCase();
  const event = { organizationId: journeyOrganization, name: journeyEvent, email: written, key };
  driving.history.journeys.events.push({ id: await sendEvent(driving, event, index), email });
}

/** Decides pending approvals until nobody enters any more. Approvals that are still pending then expire. */
async function decideAll(driving: Driving, entered: AbortSignal): Promise<void> {
  const seen = new Set<bigint>();
  while (!entered.aborted) {
    const request = { status: ApprovalStatus.PENDING, limit: 1_000 };
    const { approvals } = await driving.untilAnswered((client) =>
      client.approvals(journeyOrganization).listApprovals(request, { timeoutMs: callMs }),
    );
    const fresh = approvals.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    await Promise.all(fresh.map(({ id }) => decide(driving, id)));
    await sleep(200);
  }
}

/** Lets two people decide differently at the same time, or one person decide, or nobody. */
async function decide(driving: Driving, id: bigint): Promise<void> {
  const chance = chanceOf(driving.seed, `approval ${id}`);
  if (chance < 0.15) return;
  if (chance > 0.35) await Promise.all([answer(driving, id, 'approved', 0), answer(driving, id, 'rejected', 1)]);
  else await answer(driving, id, 'approved', 0);
}

async function answer(
  { history, untilAnswered }: Driving,
  id: bigint,
  decision: 'approved' | 'rejected',
  first: number,
): Promise<void> {
  const options = { headers: { 'idempotency-key': `${decision}-${id}` }, timeoutMs: callMs };
  const counted = await untilAnswered(async (client) => {
    const approvals = client.approvals(journeyOrganization);
    const call =
      decision === 'approved' ? approvals.approveApproval({ id }, options) : approvals.rejectApproval({ id }, options);
    return call.then(
      () => true,
      (error: unknown) => {
        if (isTaken(error)) return false;
        throw error;
      },
    );
  }, first);
  if (counted) history.journeys.decisions.push({ approvalId: String(id), decision });
}
