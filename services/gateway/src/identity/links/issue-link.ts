import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { createLinkToken, hashLinkToken } from './token.ts';

const hourMs = 3_600_000;

/** Lifetimes of links. */
export const linkLifetimesMs = {
  invitation: 7 * 24 * hourMs,
  password_reset: hourMs,
  address_change: hourMs,
  sign_in: hourMs,
} as const;

export type LinkKind = keyof typeof linkLifetimesMs;

type Owner =
  | { kind: 'invitation'; memberId: bigint }
  | { kind: 'password_reset' | 'address_change' | 'sign_in'; identityId: bigint };

/** A link to be mailed. `key` names the mail, and is not a secret. */
export type IssuedLink = { token: string; key: string };

/** Creates a link. The owner's earlier link of the same kind becomes invalid. */
export async function issueLink(
  trx: Transaction<DB>,
  owner: Owner,
  { email, now }: { email: string; now: Date },
): Promise<IssuedLink> {
  const token = createLinkToken();
  const hash = hashLinkToken(token);
  const isInvitation = owner.kind === 'invitation';
  await trx
    .insertInto('mailed_links')
    .values({
      kind: owner.kind,
      ...(isInvitation ? { member_id: owner.memberId } : { identity_id: owner.identityId }),
      email,
      token_hash: hash,
      created_at: now,
      expires_at: new Date(now.getTime() + linkLifetimesMs[owner.kind]),
    })
    .onConflict((conflict) =>
      (isInvitation ? conflict.column('member_id') : conflict.columns(['identity_id', 'kind'])).doUpdateSet({
        email: sql`excluded.email`,
        token_hash: sql`excluded.token_hash`,
        created_at: sql`excluded.created_at`,
        expires_at: sql`excluded.expires_at`,
      }),
    )
    .execute();
  return { token, key: `${owner.kind}:${hash.toString('hex').slice(0, 32)}` };
}
