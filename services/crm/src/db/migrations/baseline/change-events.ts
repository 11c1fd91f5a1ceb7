import { type Kysely, sql } from 'kysely';

/**
 * Creates the audit stream. Rows are only added. The erasure of a person may replace values with null, and the deletion
 * of an organization deletes the organization's rows.
 */
export async function createChangeEvents(db: Kysely<unknown>): Promise<void> {
  await createTable(db);
  await refuseChanges(db);
  await allowBlanking(db);
  await allowErasing(db);
}

async function createTable(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table change_events (
      id bigint generated always as identity,
      organization_id bigint not null,
      record_type text not null,
      record_id uuid not null,
      record_public_id text not null,
      action text not null,
      actor_type text not null,
      actor_id text not null,
      changes json not null,
      request_id text,
      at timestamptz(3) not null,
      constraint change_events_pkey primary key (id)
    )`.execute(db);
  await sql`create index change_events_organization_id_id_idx on change_events (organization_id, id)`.execute(db);
  await sql`create index change_events_organization_id_record_type_idx
    on change_events (organization_id, record_type, id)`.execute(db);
  await sql`create index change_events_organization_id_record_id_idx
    on change_events (organization_id, record_id, id)`.execute(db);
  await sql`create index change_events_organization_id_record_public_id_idx
    on change_events (organization_id, record_public_id, id)`.execute(db);
}

/**
 * Creates two triggers, which also bind the owner of the table. The first refuses every statement that changes or
 * deletes rows, unless `blank_change_events` or `erase_change_events` runs the statement. The second refuses every
 * change of a row except values that become null.
 */
async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function blanked_changes(changes json, columns text[]) returns json immutable language sql as $$
      select coalesce(
        json_object_agg(key, case when key = any(columns) then '{"before":null,"after":null}'::json else value end), '{}')
      from json_each(changes)
    $$`.execute(db);
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and current_setting('drippulse.blanking', true) = 'on' then
          return null;
        end if;
        if tg_op = 'DELETE' and current_setting('drippulse.erasing', true) = 'on' then
          return null;
        end if;
        raise exception 'change_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$`.execute(db);
  await sql`
    create trigger change_events_append_only before update or delete or truncate on change_events
    for each statement execute function refuse_change()`.execute(db);
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
}

/**
 * Creates the function that may blank change events. The setting is on for one statement only; `set_config` alone would
 * keep it until the end of the transaction.
 */
async function allowBlanking(db: Kysely<unknown>): Promise<void> {
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

/**
 * Creates the function that deletes some change events of an organization that is being deleted. The function returns
 * the number of deleted rows.
 */
async function allowErasing(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function erase_change_events(organization bigint, most integer) returns bigint
    language plpgsql security definer set search_path from current as $$
      declare
        erased bigint;
      begin
        perform set_config('drippulse.erasing', 'on', true);
        delete from change_events where ctid = any (array(
          select ctid from change_events where organization_id = organization limit most));
        get diagnostics erased = row_count;
        perform set_config('drippulse.erasing', 'off', true);
        return erased;
      end
    $$`.execute(db);
  await sql`revoke execute on function erase_change_events(bigint, integer) from public`.execute(db);
}
