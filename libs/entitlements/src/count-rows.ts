import type { MeterName } from '@drippulse/topology';
import { type Kysely, type RawBuilder, sql } from 'kysely';

/**
 * Creates triggers that count the rows of a table as the usage of a meter that is not counted by month. The triggers
 * count every write. Call this function in the migration of the service that creates the table. `isThere` returns the
 * SQL condition under which a row is counted; a row that is only marked as deleted is not. The table must have
 * `organization_id`.
 */
export async function countRowsAsUsage(
  db: Kysely<unknown>,
  o: { table: string; meter: MeterName; isThere(row: RawBuilder<unknown>): RawBuilder<unknown> },
): Promise<void> {
  const { table, meter, isThere } = o;
  const add = (rows: RawBuilder<unknown>, sign: 1 | -1) => sql`
    insert into usage_added (organization_id, meter, period_start, amount)
    select organization_id, ${sql.lit(meter)}, '-infinity', ${sql.lit(sign)} * count(*) from ${rows} as changed
    where ${isThere(sql`changed`)} group by organization_id`;
  const named = (name: string) => sql.id(`${name}_${table}`);
  await sql`
    create function ${named('count_new')}() returns trigger language plpgsql as $$
    begin
      ${add(sql`added`, 1)};
      return null;
    end $$`.execute(db);
  await sql`
    create function ${named('count_gone')}() returns trigger language plpgsql as $$
    begin
      ${add(sql`gone`, -1)};
      return null;
    end $$`.execute(db);
  await sql`
    create function ${named('count_marked')}() returns trigger language plpgsql as $$
    begin
      insert into usage_added (organization_id, meter, period_start, amount)
      values (new.organization_id, ${sql.lit(meter)}, '-infinity', case when ${isThere(sql`new`)} then 1 else -1 end);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger ${sql.id(`${table}_new_counted`)} after insert on ${sql.table(table)}
    referencing new table as added for each statement execute function ${named('count_new')}()`.execute(db);
  await sql`
    create trigger ${sql.id(`${table}_gone_counted`)} after delete on ${sql.table(table)}
    referencing old table as gone for each statement execute function ${named('count_gone')}()`.execute(db);
  await sql`
    create trigger ${sql.id(`${table}_marked_counted`)} after update on ${sql.table(table)}
    for each row when ((${isThere(sql`old`)}) is distinct from (${isThere(sql`new`)}))
    execute function ${named('count_marked')}()`.execute(db);
}
