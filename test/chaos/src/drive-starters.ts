import { type Driving, pause, sendEvent } from './driving.ts';
import type { SentStart } from './history.ts';
import { createRandom, type Random } from './random.ts';
import { plans, starterEvent, starterOrganization } from './starters.ts';
import { callMs } from './until-answered.ts';

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 6;
/** Period in milliseconds in which the events of a person are sent. Some runs end and some gaps pass within it. */
const spanMs = 20_000;

/**
 * Lets persons send events that start workflows: alone, many together, in batches, and again with a key that was used
 * before.
 */
export async function driveStarters(driving: Driving): Promise<void> {
  const random = createRandom(driving.seed, 'starters');
  const sending: Promise<unknown>[] = [];
  for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
    for (let person = 0; person < random.between(2, 4); person++) {
      const events = sendAll(driving, random, `s${round}-${person}`);
      // The failure is rethrown below, and must not end the process before that.
      events.catch(() => undefined);
      sending.push(events);
    }
    await pause(driving, random.between(700, 1_600));
  }
  await Promise.all(sending);
}

/** Sends two to six events of a person. Every second event has the person's email address in capital letters. */
async function sendAll(driving: Driving, random: Random, name: string): Promise<void> {
  const email = `${name}@starters.example`;
  const events = Array.from({ length: random.between(2, 6) }, (_, index) => ({
    sent: { key: `${name}-${index}`, email, plan: random.pick(plans), ids: [] },
    written: index % 2 === 0 ? email : email.toUpperCase(),
    ms: random.next() < 0.3 ? 0 : random.between(0, spanMs),
    way: random.pick(ways),
    first: random.between(0, 1),
  }));
  await Promise.all(
    events.map(async ({ ms, way, ...event }) => {
      await pause(driving, ms);
      await way(driving, event);
      driving.history.starters.push(event.sent);
    }),
  );
}

type Sending = { sent: SentStart; written: string; first: number };

/**
 * The ways to send an event. A batch returns no ids. If the event of a batch is sent again alone, the id of that event
 * is returned.
 */
const ways = [
  sendOne,
  (driving: Driving, event: Sending) =>
    Promise.all([sendOne(driving, event), sendOne(driving, { ...event, first: event.first + 1 })]),
  async (driving: Driving, event: Sending) => {
    await sendOne(driving, event);
    await sendBatch(driving, event);
  },
  async (driving: Driving, event: Sending) => {
    await sendBatch(driving, event);
    await sendOne(driving, { ...event, first: event.first + 1 });
  },
];

async function sendOne(driving: Driving, { sent, written: email, first }: Sending): Promise<void> {
  const { key, plan } = sent;
  const properties = { key, plan };
  const event = { organizationId: starterOrganization, name: starterEvent, email, key, properties };
  sent.ids.push(await sendEvent(driving, event, first));
}

async function sendBatch({ untilAnswered }: Driving, { sent, written: email, first }: Sending): Promise<void> {
  const { key, plan } = sent;
  const event = { name: starterEvent, contact: { email }, properties: { key, plan }, idempotency_key: key };
  const request = { events: Buffer.from(JSON.stringify([event])) };
  const { rejected } = await untilAnswered(
    (client) => client.events(starterOrganization).acceptEvents(request, { timeoutMs: callMs }),
    first,
  );
  if (rejected.length > 0) throw new Error(`the batch of ${key} was refused: ${rejected[0]?.message}`);
}
