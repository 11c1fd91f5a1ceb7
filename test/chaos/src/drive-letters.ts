import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { bounceSecret, type RuntimeClient } from './clients.ts';
import { type Driving, pause } from './driving.ts';
import type { Receipt, SentHit } from './history.ts';
import { letterDomain, letterOrganization, letterZones, nightAround } from './letters.ts';
import { chanceOf, createRandom, type Random } from './random.ts';
import { tokensIn } from './read-letter.ts';
import { callMs } from './until-answered.ts';
import type { ChaosWorkflow } from './workflows.ts';

type LetterDriving = Driving & { letters: readonly ChaosWorkflow[] };

/** Minimum number of rounds, each with new persons, even on a busy machine. */
const minRounds = 6;
const lookEveryMs = 200;
/** A hit within 5 s of the send is treated as a hit of a scanner. */
const readersMs = { least: 6_000, most: 9_000 };
const mostBounceMs = 4_000;

/**
 * Sends letters to persons in two zones, in one of which it is night. Some letters are opened and their links followed,
 * and some letters bounce.
 */
export async function driveLetters(driving: LetterDriving): Promise<void> {
  await setNight(driving);
  const entered = new AbortController();
  const reacting = reactToAll(driving, entered.signal);
  // The failure is rethrown below, and must not end the process before that.
  reacting.catch(() => undefined);
  const random = createRandom(driving.seed, 'letters');
  try {
    for (let round = 0; round < minRounds || !driving.stopped.aborted; round++) {
      for (const zone of ['quiet', 'awake'] as const) await enter(driving, random, { round, zone });
      await pause(driving, random.between(800, 2_000));
    }
  } finally {
    entered.abort();
  }
  await reacting;
}

/**
 * Sets the quiet hours. Also allows many letters a minute, so that the letters that waited for the morning leave soon
 * after it.
 */
async function setNight({ history, untilAnswered }: Driving): Promise<void> {
  const { from, to, untilMs } = nightAround(Date.now());
  const changes = {
    quietHours: [{ from, to, days: [] }],
    throughput: { perMinute: 6_000 },
    updateMask: { paths: ['quiet_hours', 'throughput'] },
  };
  await untilAnswered((client) => client.rules(letterOrganization).updateSendingRules(changes, { timeoutMs: callMs }));
  history.letters.quietUntil = untilMs;
}

async function enter(
  { letters, history, untilAnswered }: LetterDriving,
  random: Random,
  { round, zone }: { round: number; zone: keyof typeof letterZones },
): Promise<void> {
  for (const { id: workflowId, organizationId } of letters) {
    const refs = Array.from({ length: random.between(2, 4) }, (_, index) => `l${zone}-${round}-${index}`);
    const org = String(organizationId);
    const contacts = refs.map((ref) => ({ email: ref + letterDomain, lead_ref: ref, org, n: 0 }));
    const request = { workflowId, contacts: Buffer.from(JSON.stringify(contacts)), timezone: letterZones[zone] };
    const headers = { 'idempotency-key': `letters-${workflowId}-${zone}-${round}` };
    const { enrollmentIds } = await untilAnswered((client) =>
      client.enrollments(organizationId).bulkEnroll(request, { headers, timeoutMs: callMs }),
    );
    history.calls.push({ workflowId, organizationId, refs, ids: enrollmentIds });
  }
}

/** Reacts to the first arrival of each letter, until nobody enters any more. */
async function reactToAll(driving: LetterDriving, entered: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  const reactions: Promise<unknown>[] = [];
  const { mails } = driving.history;
  for (let next = 0; !entered.aborted; await sleep(lookEveryMs)) {
    for (; next < mails.length; next++) {
      const mail = mails[next];
      if (mail === undefined || !mail.succeeded || !mail.url.endsWith(letterDomain) || seen.has(mail.key)) continue;
      seen.add(mail.key);
      reactions.push(...reactTo(driving, mail));
    }
  }
  await Promise.all(reactions);
}

function reactTo(driving: LetterDriving, mail: Receipt): Promise<void>[] {
  const random = createRandom(driving.seed, `reactions ${mail.body}`);
  const tokens = tokensIn(mail.content);
  const hits = Array.from({ length: random.between(1, 3) }, async (_, index) => {
    const kind = random.next() < 0.6 ? ('open' as const) : ('click' as const);
    // Some hits are sent immediately, as a scanner of links would send them.
    const ms = random.next() < 0.2 ? random.between(0, 1_000) : random.between(readersMs.least, readersMs.most);
    const client = random.pick(driving.clients);
    await pause(driving, ms);
    await hit(driving, client, { kind, token: tokens[kind], mail: mail.key, agent: agentOf(mail.body, index) });
  });
  const bounces = mail.body.endsWith(' first') && chanceOf(driving.seed, `bounce ${mail.body}`) < 0.3;
  return bounces ? [...hits, reportBounce(driving, mail, random.between(0, mostBounceMs))] : hits;
}

/** Returns the user agent of a browser, different for each hit. */
function agentOf(subject: string, index: number): string {
  return `Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0 (${subject} ${index})`;
}

/** Sends a hit once, because mail clients do not retry. */
async function hit(
  { history }: LetterDriving,
  client: RuntimeClient,
  { token, ...sent }: Pick<SentHit, 'kind' | 'mail' | 'agent'> & { token: string },
): Promise<void> {
  const noted: SentHit = { ...sent, runtime: client.name, at: Date.now(), answered: false };
  history.letters.hits.push(noted);
  const options = { headers: { 'user-agent': sent.agent, 'x-client-address': '203.0.113.7' }, timeoutMs: callMs };
  const { tracking } = client;
  const asking =
    sent.kind === 'open' ? tracking.openPixel({ token }, options) : tracking.followLink({ token }, options);
  noted.answered = await asking.then(
    () => true,
    () => false,
  );
}

/** Reports a bounced mail to both runtimes. Repeats the report while the mail is not known yet. */
async function reportBounce(driving: LetterDriving, { key: mail, url: email }: Receipt, ms: number): Promise<void> {
  await pause(driving, ms);
  for (const first of [0, 1]) {
    await driving.untilAnswered(async (client) => {
      const { request, options } = signedReport(mail);
      const { accepted, duplicate } = await client.bounces.reportBounces(request, options);
      if (accepted === 0 && !duplicate) throw new Error(`the mail ${mail} is not known`);
    }, first);
    if (first === 0) driving.history.letters.bounces.push({ mail, email, at: Date.now() });
  }
}

/** Makes a report in the platform's own format, signed according to Standard Webhooks for the current time. */
function signedReport(mail: string) {
  const id = `bounce-${mail}`;
  const at = String(Math.floor(Date.now() / 1_000));
  const data = Buffer.from(JSON.stringify({ type: 'bounce', message_id: mail, reason: 'no such mailbox' }));
  const key = Buffer.from(bounceSecret, 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.`).update(data).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
  return { request: { body: { contentType: 'application/json', data } }, options: { headers, timeoutMs: callMs } };
}
