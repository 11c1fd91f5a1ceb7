import type { Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';
import { refusingTakenNames } from '../team-members/unique-names.ts';

/**
 * Inserts an identity, which belongs to no organization yet. A user name that is taken is reported as a violation of
 * `username`.
 */
export async function insertIdentity(
  trx: Transaction<DB>,
  identity: {
    username: string;
    email: string;
    /** Null for a person who signs in only through an issuer. */
    passwordHash: string | null;
    bootstrapHash?: string;
    /** When the person opened a link that was mailed to the address; absent if the address is not proven. */
    emailVerifiedAt?: Date;
    now: Date;
  },
): Promise<bigint> {
  const insert = trx
    .insertInto('identities')
    .values({
      username: usernameOf(identity.username),
      email: identity.email,
      email_verified_at: identity.emailVerifiedAt ?? null,
      password_hash: identity.passwordHash,
      bootstrap_hash: identity.bootstrapHash ?? null,
      created_at: identity.now,
      updated_at: identity.now,
    })
    .returning('id');
  return (await refusingTakenNames(insert.executeTakeFirstOrThrow())).id;
}
