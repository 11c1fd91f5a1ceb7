import { createPartitions, databaseNow } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

/** Responses to sent mails: hits of their pixel and links, unsubscriptions, bounces and complaints. */
export async function createReactions(db: Kysely<unknown>): Promise<void> {
  await createHits(db);
  await createReports(db);
}

/**
 * A row is one request as received, several equal requests of the same second, or the report of a mail server.
 * `verdict` is null until a version of the rules has judged the row. Reports need no verdict. A partition covers a
 * whole month, because every read of an enrollment's detail searches each partition.
 */
async function createHits(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence hits_id_seq as bigint`.execute(db);
  await sql`
    create table hits (
      at timestamptz not null,
      id bigint not null default nextval('hits_id_seq'),
      organization_id bigint not null,
      enrollment_id bigint not null,
      delivery_id bigint not null,
      rules integer,
      times integer not null default 1,
      mode text not null,
      kind text not null check (kind in ('open', 'click', 'unsubscribe', 'bounce', 'complaint')),
      method text,
      verdict text check (verdict in ('human', 'scanner', 'privacy_proxy', 'unknown')),
      reasons text[],
      url text,
      user_agent text,
      address text,
      prefetch text,
      detail text,
      primary key (at, id)
    ) partition by range (at)`.execute(db);
  await sql`create index hits_enrollment_id_idx on hits (enrollment_id, at)`.execute(db);
  await sql`create index hits_delivery_id_idx on hits (delivery_id, at)`.execute(db);
  await sql`create index hits_unjudged_idx on hits (at) where verdict is null and kind in ('open', 'click')`.execute(
    db,
  );
  await createPartitions(db, 'hits', await databaseNow(db), 'month');
}

/** Processed reports of mail servers, by the id that their sender gave them, so that each report counts once. */
async function createReports(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table bounce_reports (
      source text not null,
      report_id text not null,
      taken_at timestamptz not null,
      primary key (source, report_id)
    )`.execute(db);
  await sql`create index bounce_reports_taken_at_idx on bounce_reports (taken_at)`.execute(db);
}
