import { addNotices, type Notice, type Recipient } from '@drippulse/mail';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

/**
 * Adds a notice for each member. `key` identifies the subject of the notices, and a member gets only one notice per
 * key.
 */
export async function addToOutbox(
  ctx: Context,
  trx: Transaction<DB>,
  o: { organizationId: bigint; key: string; notices: readonly { member: Recipient; notice: Notice }[] },
): Promise<void> {
  const outgoing = o.notices.map(({ member, notice }) => ({
    organizationId: o.organizationId,
    key: `${o.key}:${member.userId}`,
    to: member.to,
    notice,
  }));
  await addNotices(trx, outgoing, { mailFrom: ctx.config.mailFrom, date: ctx.clock.now() });
}
