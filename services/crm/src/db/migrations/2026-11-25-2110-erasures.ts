import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createErasures(db);
  await createLookups(db);
  await letValuesBeBlanked(db);
}

async function createErasures(db: Kysely<unknown>): Promise<void> {
  await sql`alter table contacts add column erased_at timestamptz(3)`.execute(db);
  await sql`alter table leads add column erased_at timestamptz(3)`.execute(db);
  // `identity` is the sealed mail addresses that other services look for, gone once they have.
  await sql`
    create table erasures (
      organization_id bigint not null,
      contact_id uuid not null,
      identity bytea,
      erased_at timestamptz(3) not null,
      constraint erasures_pkey primary key (organization_id, contact_id)
    )`.execute(db);
  // Not led by the organization: those that are due are looked for among all.
  await sql`create index erasures_erased_at_idx on erasures (erased_at) where identity is not null`.execute(db);
  // By what an erased person was known, as a keyed hash: nobody without the organization's key can tell who it is.
  await sql`
    create table tombstones (
      organization_id bigint not null,
      digest bytea not null,
      contact_id uuid not null,
      constraint tombstones_pkey primary key (organization_id, digest)
    )`.execute(db);
  await sql`
    create table tombstone_keys (
      organization_id bigint primary key,
      sealed_key bytea not null
    )`.execute(db);
}

/** Deleted records of a person are found as the living ones are. */
async function createLookups(db: Kysely<unknown>): Promise<void> {
  await sql`create index leads_organization_id_deleted_email_idx on leads (organization_id, lower(email))
    where deleted_at is not null and email is not null`.execute(db);
  await sql`create index opportunities_organization_id_deleted_contact_id_idx on opportunities
    (organization_id, contact_id) where deleted_at is not null and contact_id is not null`.execute(db);
  await sql`create index activities_organization_id_deleted_contact_id_idx on activities
    (organization_id, contact_id) where deleted_at is not null and contact_id is not null`.execute(db);
  await sql`create index activities_organization_id_deleted_lead_id_idx on activities
    (organization_id, lead_id) where deleted_at is not null and lead_id is not null`.execute(db);
}

/**
 * The one change that lines of the audit stream may see: values of columns become null, by a function that can do nothing
 * else. Two triggers hold, for the owner of the table too: no update outside of the function, and none that does more
 * than blank, whoever makes it.
 */
async function letValuesBeBlanked(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function blanked_changes(changes json, columns text[]) returns json immutable language sql as $$
      select coalesce(
        json_object_agg(key, case when key = any(columns) then '{"before":null,"after":null}'::json else value end), '{}')
      from json_each(changes)
    $$`.execute(db);
  await sql`
    create or replace function refuse_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and current_setting('drippulse.blanking', true) = 'on' then
          return null;
        end if;
        raise exception 'change_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$`.execute(db);
  await sql`
    create function refuse_more_than_blanking() returns trigger language plpgsql as $$
      begin
        if (to_jsonb(new) - 'changes') = (to_jsonb(old) - 'changes')
          and new.changes::jsonb = blanked_changes(old.changes, array(
            select key from json_each(new.changes) where value::jsonb = '{"before":null,"after":null}'))::jsonb
        then
          return new;
        end if;
        raise exception 'change_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$`.execute(db);
  await sql`
    create trigger change_events_only_blanked before update on change_events
    for each row execute function refuse_more_than_blanking()`.execute(db);
  // The setting ends with the statement that needs it, not only with the transaction.
  await sql`
    create function blank_change_events(organization bigint, records uuid[], columns text[]) returns bigint
    language plpgsql security definer set search_path from current as $$
      declare
        blanked bigint;
      begin
        perform set_config('drippulse.blanking', 'on', true);
        update change_events set changes = blanked_changes(changes, columns)
        where organization_id = organization and record_id = any(records)
          and changes::text <> blanked_changes(changes, columns)::text;
        get diagnostics blanked = row_count;
        perform set_config('drippulse.blanking', 'off', true);
        return blanked;
      end
    $$`.execute(db);
  await sql`revoke execute on function blank_change_events(bigint, uuid[], text[]) from public`.execute(db);
}
