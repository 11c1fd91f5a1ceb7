import { hash } from 'node:crypto';
import { type AskedSend, type Decision, decideSend, type EffectResult, goesBefore } from '@drippulse/engine';
import type { Transaction } from 'kysely';
import { lockContacts } from '../../contacts/lock-contacts.ts';
import type { DB } from '../../db/schema.ts';
import { sendKeyOf } from '../contact-keys.ts';
import { haveLimits } from '../rules/stored-rules.ts';
import type { SendRequest } from '../send-request.ts';
import type { SenderIdentity } from '../senders/sender-identity.ts';
import { stoppedBy } from '../suppressions/find-suppression.ts';
import { findMailQuota, type MailQuota } from './mail-quota.ts';
import { type Facts, type LedgerContext, readFacts } from './read-facts.ts';
import { type Ledger, readLedger } from './read-ledger.ts';
import { readRecorded } from './read-recorded.ts';
import { readReturned } from './read-returned.ts';
import { lockSlots, type Slots } from './slots.ts';
import { type Decided, writeDecisions } from './write-decisions.ts';

/** Period over which sends that become due together are spread, unless a throughput limit spreads them. */
const spreadMs = 60_000;

/**
 * The decision about a send that is already done, which is not repeated and is reported as sent. `recorded`: the mail
 * server accepted the mail, and `result` is the recorded result. `returned`: the mail was sent and came back.
 */
type Done = { kind: 'recorded'; result: EffectResult } | { kind: 'returned' };

export type Verdict = { decision: Decision | Done; sender: SenderIdentity; placedAt: Date };

/**
 * Decides about sends in one transaction, in which the contacts are locked. Checks suppressions first, then rules, and
 * writes the decisions into the ledger. Because of the locks, two processes never give the same place to two sends, and
 * each process sees every suppression that was confirmed before.
 */
export async function decideSends(ctx: LedgerContext, sends: readonly SendRequest[]): Promise<Map<string, Verdict>> {
  return ctx.db.kysely.transaction().execute(async (trx) => {
    await lockContacts(trx, sends.flatMap(keysOf));
    const facts = await readFacts(ctx, trx, sends);
    const limited = sends.filter((send) => haveLimits(facts.rulesOf(send)) || facts.hasQuota(send));
    const ledger = await readLedger(trx, limited, { rules: limited.map(facts.rulesOf), now: facts.now });
    const slots = await lockSlots(trx, limited, facts.rulesOf);
    const quota = await findMailQuota(ctx, trx, sends, facts);
    const decided = await withReturned(trx, decideAll(sends, { facts, ledger, slots, quota }));
    await slots.store(trx);
    const written = await writeDecisions(ctx, trx, decided, facts);
    const recorded = await readRecorded(
      trx,
      sends.filter(({ key }) => !written.has(key)),
    );
    return new Map(
      decided.map(({ send, decision }) => {
        const { placedAt, frame } = written.get(send.key) ?? { placedAt: null, frame: null };
        const result = recorded.get(send.key);
        return [
          send.key,
          {
            decision: result === undefined ? decision : { kind: 'recorded', result },
            sender: facts.senderOf(send, frame ?? facts.frameOf(send)),
            placedAt: placedAt ?? facts.now,
          },
        ];
      }),
    );
  });
}

/**
 * Turns a suppressed send into a returned one if the suppression is the consequence of the send itself: its mail came
 * back before its result was recorded.
 */
async function withReturned(trx: Transaction<DB>, decided: readonly Decided[]): Promise<Decided[]> {
  const suppressed = decided.filter(({ decision }) => decision.kind === 'skip' && decision.rule === 'suppression');
  const returned = await readReturned(
    trx,
    suppressed.map(({ send }) => send),
  );
  return decided.map((one) => (returned.has(one.send.key) ? { ...one, decision: { kind: 'returned' } } : one));
}

type Known = { facts: Facts; ledger: Ledger; slots: Slots; quota: MailQuota };

/**
 * Decides in the order of precedence, so that sends that are decided together compete as if each were decided alone.
 */
function decideAll(sends: readonly SendRequest[], { facts, ledger, slots, quota }: Known): Decided[] {
  const now = facts.now.getTime();
  const asked = sends.map((send) => ({ send, asked: askedOf(send, { facts, ledger }) }));
  asked.sort((a, b) => (goesBefore(a.asked, b.asked) ? -1 : 1));
  return asked.map(({ send, asked }): Decided => {
    const reason = whyStopped(send, facts);
    if (reason !== undefined) return { send, slotAt: null, decision: { kind: 'skip', rule: 'suppression', reason } };
    const rules = facts.rulesOf(send);
    if (!haveLimits(rules)) {
      const decision = (asked.isPlaced ? undefined : quota.take(send)) ?? { kind: 'send' as const };
      return { send, slotAt: null, decision };
    }
    const contact = ledger.contact(sendKeyOf(send));
    const decision = decideSend(rules, asked, contact, now);
    // A send that has its place is already in the ledger, so it is not added a second time.
    const { isPlaced } = asked;
    if (decision.kind === 'hold' && !isPlaced) contact.planned.push({ ...asked, dueAt: decision.until });
    if (decision.kind !== 'send') return { send, slotAt: null, decision };
    const slotAt = ledger.own(send)?.slotAt ?? slots.take(send, now);
    if (slotAt > now) {
      if (!isPlaced) contact.planned.push({ ...asked, dueAt: slotAt });
      return {
        send,
        slotAt,
        decision: { kind: 'hold', until: slotAt, rule: 'throughput', reason: 'sends are spread' },
      };
    }
    const full = isPlaced ? undefined : quota.take(send);
    if (full !== undefined) return { send, slotAt, decision: full };
    if (!isPlaced) contact.placed.push({ ...asked, at: now });
    return { send, slotAt: null, decision };
  });
}

/** Returns the contact keys of all addresses that a send reaches. */
function keysOf(send: SendRequest): string[] {
  return [send.to, ...(send.also ?? [])].map((to) => sendKeyOf({ ...send, to }));
}

/** Returns a description of the suppression that stops a send to any of its addresses. */
function whyStopped(send: SendRequest, facts: Facts): string | undefined {
  for (const to of [send.to, ...(send.also ?? [])]) {
    const stopped = stoppedBy(send, facts.suppressionsOf({ ...send, to }));
    if (stopped === undefined) continue;
    const what = stopped.category === null ? '' : ` for ${stopped.category}`;
    return `${to} is suppressed${what} (${stopped.reason})`;
  }
  return undefined;
}

function askedOf(send: SendRequest, { facts, ledger }: Pick<Known, 'facts' | 'ledger'>): AskedSend {
  const { key, workflowId, enrollmentId, channel, category, priority, timezone, onCapped } = send;
  const { throughput } = facts.rulesOf(send);
  const isSpread = throughput.perMinute !== null || throughput.perDomainPerMinute !== null;
  return {
    key,
    workflowId,
    enrollmentId,
    channel,
    category,
    class: send.class,
    priority,
    plannedAt: send.plannedAt.getTime(),
    dueAt: facts.now.getTime(),
    expiresAt: send.expiresAt?.getTime() ?? null,
    timezone,
    onCapped,
    isPlaced: ledger.own(send)?.isPlaced ?? false,
    // The delay depends on the contact, so that all sends of one contact become due together and compete.
    spreadMs: isSpread ? 0 : hash('sha256', sendKeyOf(send), 'buffer').readUInt32BE() % spreadMs,
  };
}
