import { type Kysely, sql } from 'kysely';
import type { DB } from '../src/db/schema.ts';

/**
 * Makes a statement of the service fail if it changes a row of the queue without the locks of `db/locks.ts`: the lock
 * of the row's endpoint, or of its lane as in a claim. A transaction has locked a row if it is the xmax of the row, and
 * has changed a row if it is the xmin.
 */
export async function guardQueue(db: Kysely<DB>): Promise<void> {
  await sql`
    create function guard_queue() returns trigger language plpgsql as $$
    declare
      own xid = pg_current_xact_id()::xid;
    begin
      if current_setting('application_name') = 'webhook-delivery'
        and not exists (select from endpoints where webhook_id = old.webhook_id and own in (xmin, xmax))
        and not exists (select from lanes
                        where webhook_id = old.webhook_id and is_manual = old.is_manual and own in (xmin, xmax))
      then raise exception 'delivery % was changed without the lock of its endpoint', old.delivery_id; end if;
      return coalesce(new, old);
    end $$`.execute(db);
  await sql`create trigger guard_queue before update or delete on queue for each row execute function guard_queue()`.execute(
    db,
  );
}
