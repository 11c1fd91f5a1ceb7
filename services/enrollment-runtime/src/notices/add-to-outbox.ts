import { addNotices, type Notice } from '@drippulse/mail';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Member } from './recipients.ts';

/** A notice for each member, with the key of the thing that it is about. A member gets it once. */
export async function addToOutbox(
  ctx: Context,
  trx: Transaction<DB>,
  o: { organizationId: bigint; key: string; notices: readonly { member: Member; notice: Notice }[] },
): Promise<void> {
  const outgoing = o.notices.map(({ member, notice }) => ({
    organizationId: o.organizationId,
    key: `${o.key}:${member.userId}`,
    to: member.to,
    notice,
  }));
  const from = { name: 'DripPulse', address: addressOf(ctx.config.mailFrom) };
  await addNotices(trx, outgoing, { from, date: ctx.clock.now() });
}

/** The address of `MAIL_FROM`, which may have a name before it. */
function addressOf(mailFrom: string): string {
  return /<([^<>]+)>\s*$/.exec(mailFrom)?.[1] ?? mailFrom;
}
