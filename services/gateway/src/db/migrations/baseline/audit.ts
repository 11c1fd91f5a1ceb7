import { type Kysely, sql } from 'kysely';

export async function createAudit(db: Kysely<unknown>): Promise<void> {
  await createChain(db);
  await refuseChanges(db);
}

/**
 * Creates the tables of the audit trail. A row of the trail has the hash of the previous row. `audit_heads` has the
 * last number and hash of each organization, so that missing rows at the end are detected too. It also has the hash
 * before the first row that is kept.
 */
async function createChain(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_heads (
      organization_id bigint primary key,
      number bigint not null default 0,
      hash text not null default '',
      kept_after bigint not null default 0,
      kept_hash text not null default ''
    ) with (fillfactor = 80)`.execute(db);
  await sql`
    create table audit_events (
      id bigint primary key generated always as identity,
      organization_id bigint not null,
      number bigint not null,
      event_id text not null,
      name text not null,
      resource_id text,
      actor_type text not null,
      actor_id text not null,
      actor_name text,
      before text,
      after text,
      request_id text,
      address text,
      created_at timestamptz(3) not null,
      hash text not null,
      unique (organization_id, number),
      unique (organization_id, event_id)
    )`.execute(db);
  await sql`create index audit_events_organization_idx on audit_events (organization_id, id)`.execute(db);
  await sql`create index audit_events_resource_idx on audit_events (organization_id, resource_id, id)`.execute(db);
  await sql`create index audit_events_created_idx on audit_events (created_at)`.execute(db);
}

/**
 * Creates the triggers that make the table append-only. The retention function deletes rows from the beginning of a
 * chain, and moves the anchor of the chain accordingly.
 */
async function refuseChanges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_audit_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' and current_setting('drippulse.audit_retention', true) = 'on' then
          return null;
        end if;
        raise exception 'audit_events is append-only' using errcode = 'insufficient_privilege';
      end
    $$`.execute(db);
  await sql`
    create trigger audit_events_append_only before update or delete or truncate on audit_events
    for each statement execute function refuse_audit_change()`.execute(db);
  await sql`
    create function expire_audit_events(organization bigint, kept_since timestamptz, most integer) returns bigint
    language plpgsql as $$
      declare
        head audit_heads;
        first_kept bigint;
        last_hash text;
      begin
        select * into head from audit_heads where organization_id = organization for update;
        -- Only from the beginning: a row that stands earlier and happened later keeps those after it.
        select coalesce(min(number) filter (where created_at >= kept_since), max(number) + 1) into first_kept
        from audit_events where organization_id = organization and number <= head.kept_after + most;
        if first_kept is null or first_kept <= head.kept_after + 1 then
          return 0;
        end if;
        select hash into last_hash from audit_events where organization_id = organization and number = first_kept - 1;
        perform set_config('drippulse.audit_retention', 'on', true);
        delete from audit_events where organization_id = organization and number < first_kept;
        perform set_config('drippulse.audit_retention', 'off', true);
        update audit_heads set kept_after = first_kept - 1, kept_hash = last_hash where organization_id = organization;
        return first_kept - 1 - head.kept_after;
      end
    $$`.execute(db);
}
