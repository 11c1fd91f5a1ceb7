import { type Kysely, sql } from 'kysely';

/** Sign-ups that nobody has confirmed, for a day. They belong to no organization: the token alone names one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sign_ups (
      id bigint generated always as identity primary key,
      organization_name text not null,
      email text not null,
      -- SHA-256 of the token, which the mail alone has.
      token_hash bytea not null constraint sign_ups_token_hash_key unique,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index sign_ups_email_idx on sign_ups (lower(email))`.execute(db);
  await sql`create index sign_ups_expires_at_idx on sign_ups (expires_at)`.execute(db);
}
