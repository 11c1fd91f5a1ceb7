import { type Kysely, sql } from 'kysely';

/**
 * Creates the table of the platform's own mails, in a migration of the service that sends them. The service must
 * already have the table of jobs (`createJobsTable`). A key has one mail. `mail` is the whole mail while it waits, and
 * null once it was sent or has failed for good. The key is kept, so that a late repeat does not send the mail again.
 * Rows are deleted 90 days after their mail was sent or has failed.
 */
export async function createMailsTable<DB>(db: Kysely<DB>): Promise<void> {
  await sql`
    create table mails (
      id bigint generated always as identity primary key,
      organization_id bigint not null,
      key text not null,
      mail json,
      status text not null default 'queued',
      attempts integer not null default 0,
      error text,
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      constraint mails_organization_id_key_key unique (organization_id, key),
      constraint mails_status_check check (status in ('queued', 'sent', 'failed')),
      constraint mails_mail_check check ((mail is null) = (finished_at is not null))
    )`.execute(db);
  // This index does not begin with the organization, because it finds old mails of all organizations.
  await sql`create index mails_finished_at_idx on mails (finished_at)`.execute(db);
}

/**
 * Lets a service have mails with secrets, such as sign-in links. Run it after `createMailsTable`. These mails are
 * sealed while they wait, and the service lists `sealedMails` among its sealed columns.
 */
export async function allowSealedMails<DB>(db: Kysely<DB>): Promise<void> {
  await sql`
    alter table mails add column sealed_mail bytea,
    add constraint mails_sealed_mail_check check (sealed_mail is null or finished_at is null)`.execute(db);
}
