import { type Kysely, sql } from 'kysely';

/** Change events of an organization that is deleted go. Nothing else deletes them: the function alone sets what the trigger asks for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function refuse_change() returns trigger language plpgsql as $$
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
