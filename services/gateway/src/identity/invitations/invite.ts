import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { issueLink } from '../links/issue-link.ts';
import { invitationNotice } from '../links/notices.ts';
import { addMail } from '../links/send-mail.ts';

/** Creates the link of an invited member, and the mail with it. A link that was sent before becomes invalid. */
export async function invite(
  ctx: Context,
  trx: Transaction<DB>,
  caller: Caller,
  member: { id: bigint; email: string; name: string | null },
): Promise<void> {
  const { organizationId } = caller;
  const now = ctx.clock.now();
  const { token, key } = await issueLink(
    trx,
    { kind: 'invitation', memberId: member.id },
    { email: member.email, now },
  );
  const { name: organization } = await trx
    .selectFrom('organizations')
    .select('name')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  const notice = invitationNotice(
    { publicUrl: ctx.config.publicUrl, token },
    { organization, inviter: await nameOf(trx, caller) },
  );
  ctx.metrics.linkMailed('invitation');
  await addMail(ctx, trx, { organizationId, key, to: { name: member.name ?? '', address: member.email }, notice });
}

/** Returns the name of the inviting person; undefined for an API key. */
async function nameOf(trx: Transaction<DB>, { organizationId, actor }: Caller): Promise<string | undefined> {
  if (actor.type !== 'user') return undefined;
  const row = await trx
    .selectFrom('memberships')
    .select(['name', 'username'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', BigInt(actor.id))
    .executeTakeFirst();
  return row && (row.name ?? row.username);
}
