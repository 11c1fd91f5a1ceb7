import { createJobsTable } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await extendWebhooks(db);
  await extendDeliveries(db);
  await createJobsTable(db);
}

async function extendWebhooks(db: Kysely<unknown>): Promise<void> {
  // `headers` is what people see, with credentials masked; `sealed_headers` is what is sent.
  await sql`
    alter table webhooks
      add column event_types text[],
      add column headers json not null default '{}',
      add column sealed_headers bytea,
      add column rate_limit_per_second integer,
      add column ordered boolean not null default false,
      add column filter json,
      drop constraint webhooks_disabled_reason_check,
      add constraint webhooks_disabled_reason_check check (disabled_reason in ('gone', 'failing', 'requested'))`.execute(
    db,
  );
  await sql`update webhooks set event_types = array[event_type]`.execute(db);
  await sql`alter table webhooks alter column event_types set not null, drop column event_type`.execute(db);
}

async function extendDeliveries(db: Kysely<unknown>): Promise<void> {
  await sql`alter table attempts add column next_attempt_at timestamptz`.execute(db);
  // Whose event it is; an emptied body is one that a person deleted.
  await sql`alter table payloads add column organization_id bigint`.execute(db);
  await sql`alter table deliveries add column order_key text collate "C"`.execute(db);
  // Of the rows with one key all but the first wait with `due_at` infinity.
  await sql`alter table queue add column order_key text collate "C"`.execute(db);
  await sql`create index queue_webhook_id_order_key_idx
    on queue (webhook_id, order_key, delivery_id) where order_key is not null`.execute(db);
}
