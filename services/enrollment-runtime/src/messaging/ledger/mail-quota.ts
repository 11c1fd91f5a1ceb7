import type { Decision } from '@drippulse/engine';
import { type Full, findRoom, type Room } from '@drippulse/entitlements';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { SendRequest } from '../send-request.ts';
import type { Facts, LedgerContext } from './read-facts.ts';

/** The rule that holds a mail back until the month ends or the limit rises. */
export const quotaRule = 'quota';

/** The number of further mails that the plans of organizations allow. */
export type MailQuota = {
  /**
   * Gives a new send its place in the quota. Returns undefined when the send has its place, otherwise the decision to
   * hold it.
   */
  take(send: SendRequest): Extract<Decision, { kind: 'hold' }> | undefined;
};

/**
 * Finds the room for sends in the transaction that decides about the sends. Transactional mails are never held, but
 * they use room too. A send that already has its place has used its room before.
 */
export async function findMailQuota(
  { dbNow }: Pick<LedgerContext, 'dbNow'>,
  trx: Transaction<DB>,
  sends: readonly SendRequest[],
  facts: Pick<Facts, 'hasQuota'>,
): Promise<MailQuota> {
  const asked = sends
    .filter((send) => send.class === 'marketing' && facts.hasQuota(send))
    .map(({ organizationId }) => ({ organizationId, count: 1 }));
  const rooms: ReadonlyMap<bigint, Room> = asked.length === 0 ? new Map() : await findRoom(trx, 'emails', asked, dbNow);
  const left = new Map([...rooms].map(([organizationId, { granted }]) => [organizationId, granted]));
  return {
    take(send) {
      const { organizationId, mode } = send;
      if (send.class !== 'marketing' || mode !== 'live') return undefined;
      const free = left.get(organizationId);
      if (free === undefined) return undefined;
      const full = rooms.get(organizationId)?.full;
      if (free <= 0 && full !== undefined) return holdOf(full, send);
      left.set(organizationId, free - 1);
      return undefined;
    },
  };
}

function holdOf({ limit, resetsAt }: Full, { expiresAt }: SendRequest): Extract<Decision, { kind: 'hold' }> {
  if (resetsAt === undefined) throw new Error('mails are counted by month');
  const until = Math.min(resetsAt.getTime(), expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const reason = `the plan includes ${limit} mails a month`;
  return { kind: 'hold', until, rule: quotaRule, reason };
}
