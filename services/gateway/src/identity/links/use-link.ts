import { DomainError } from '@drippulse/errors';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, MailedLinks } from '../../db/schema.ts';
import type { LinkKind } from './issue-link.ts';
import { hashLinkToken } from './token.ts';

type Link = Selectable<MailedLinks>;

/** Finds the link of a valid token. A token that is not valid is refused with `link_not_valid`, for any reason. */
export async function findLink(
  db: Kysely<DB>,
  kind: LinkKind,
  { token, now }: { token: string; now: Date },
): Promise<Link> {
  const link = await db
    .selectFrom('mailed_links')
    .selectAll()
    .where('token_hash', '=', hashLinkToken(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (!link) throw linkNotValid();
  return link;
}

/**
 * Uses up a link in the transaction. Of parallel calls, only one succeeds. A transaction that also locks members locks
 * them first.
 */
export async function useLink(trx: Transaction<DB>, { id, token_hash }: Link): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('mailed_links')
    .where('id', '=', id)
    .where('token_hash', '=', token_hash)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw linkNotValid();
}

export function linkNotValid(): DomainError {
  return new DomainError(
    'failed_precondition',
    'link_not_valid',
    'The link is unknown, used, expired, withdrawn, or replaced by one that was sent later.',
  );
}
