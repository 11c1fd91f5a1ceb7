import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** A person at an issuer. `organizationId` is set when the organization chose the provider. */
export type Vouched = { issuer: string; subject: string; organizationId: bigint | null };

const samePerson = ({ issuer, subject, organizationId }: Vouched) => sql<boolean>`
  issuer = ${issuer} and subject = ${subject} and coalesce(organization_id, 0) = ${organizationId ?? 0n}`;

/** Finds the identity that is linked to the subject, and records that the link was used. */
export async function findLinked(db: Kysely<DB>, vouched: Vouched, now: Date): Promise<bigint | undefined> {
  const link = await db
    .updateTable('identity_links')
    .set({ last_used_at: now })
    .where(samePerson(vouched))
    .returning('identity_id')
    .executeTakeFirst();
  return link?.identity_id;
}

/** Links an identity. Returns the linked identity, which is a different one if a parallel sign-in was faster. */
export async function addLink(trx: Transaction<DB>, vouched: Vouched, identityId: bigint, now: Date): Promise<bigint> {
  await sql`
    insert into identity_links (identity_id, organization_id, issuer, subject, created_at, last_used_at)
    values (${identityId}, ${vouched.organizationId}, ${vouched.issuer}, ${vouched.subject}, ${now}, ${now})
    on conflict (issuer, subject, coalesce(organization_id, 0)) do nothing`.execute(trx);
  const link = await trx
    .selectFrom('identity_links')
    .select('identity_id')
    .where(samePerson(vouched))
    .executeTakeFirstOrThrow();
  return link.identity_id;
}

/** Finds every identity with a mail address. */
export async function identitiesWith(db: Kysely<DB>, email: string) {
  const rows = await db
    .selectFrom('identities')
    .select(['id', 'email_verified_at'])
    .where(sql<boolean>`lower(email) = ${email}`)
    .orderBy('id')
    .limit(2)
    .execute();
  return rows.map(({ id, email_verified_at }) => ({ id, isEmailVerified: email_verified_at !== null }));
}
