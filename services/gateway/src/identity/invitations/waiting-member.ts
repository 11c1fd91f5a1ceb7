import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DB, MailedLinks } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { linkNotValid } from '../links/use-link.ts';

/** A link of an invitation. */
export type InvitationLink = Selectable<MailedLinks>;

/** Finds the member of a link, if the member is still invited with the address to which the link was mailed. */
export async function waitingMember(ctx: Context, link: InvitationLink) {
  const row = await waiting(ctx.db.kysely, link).executeTakeFirst();
  if (!row) throw linkNotValid();
  return row;
}

/** Locks the member before the link and the identity, because all changes of members use this order. */
export async function lockWaiting(trx: Transaction<DB>, link: InvitationLink) {
  const row = await waiting(trx, link).forNoKeyUpdate().executeTakeFirst();
  if (!row) throw linkNotValid();
  return row;
}

function waiting(db: Kysely<DB>, link: InvitationLink) {
  return db
    .selectFrom('memberships')
    .select(['organization_id', 'username'])
    .where('id', '=', link.member_id)
    .where('status', '=', 'invited')
    .where(sql<boolean>`lower(email) = lower(${link.email})`);
}
