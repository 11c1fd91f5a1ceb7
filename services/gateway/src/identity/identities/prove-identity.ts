import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { sql, type Transaction } from 'kysely';
import { clientAddressHeader } from '../../call-metadata.ts';
import { networkOf } from '../../client-network.ts';
import type { DB } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';
import type { Context } from '../context.ts';

/** Finds the identity that has a user name. */
export function findKnown(ctx: Context, username: string) {
  return ctx.db.kysely
    .selectFrom('identities')
    .select(['id', 'email', 'password_hash'])
    .where('username', '=', usernameOf(username))
    .executeTakeFirst();
}

export type Known = NonNullable<Awaited<ReturnType<typeof findKnown>>>;

/** Refuses a wrong password for the user name. Each attempt counts as a login attempt. */
export async function proveIdentity(
  ctx: Context,
  call: HandlerContext,
  { known, username, password }: { known: Known; username: string; password: string },
): Promise<void> {
  const network = networkOf(call.requestHeader.get(clientAddressHeader) ?? '');
  const attempt = { username: usernameOf(username), network };
  await ctx.loginLimits.count(attempt);
  await ctx.loginLimits.countStranger(attempt);
  if (!(await ctx.passwords.matches(password, known.password_hash, 'stranger'))) throw taken();
}

/** Whether an identity has the address to which a link was mailed. */
export function hasAddress(known: Known, email: string): boolean {
  return known.email.toLowerCase() === email.toLowerCase();
}

/** Locks the proven identity, and marks its address as proven by the link. */
export async function lockKnown(
  trx: Transaction<DB>,
  known: Known,
  { email, now }: { email: string; now: Date },
): Promise<bigint> {
  const row = await trx
    .updateTable('identities')
    .set({ email_verified_at: sql`coalesce(email_verified_at, ${now})`, updated_at: now })
    .where('id', '=', known.id)
    .where('password_hash', '=', known.password_hash)
    .where(sql<boolean>`lower(email) = lower(${email})`)
    .returning('id')
    .executeTakeFirst();
  if (!row) throw taken();
  return row.id;
}

function taken(): DomainError {
  const message = 'is taken: choose another one, or send its password if it is yours';
  return new DomainError('invalid', 'validation_failed', `username ${message}`, {
    violations: [{ field: 'username', message, code: 'duplicate' }],
  });
}
