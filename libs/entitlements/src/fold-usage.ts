import type { Database } from '@drippulse/db';
import { type Loop, type LoopLog, startLoop } from '@drippulse/loops';
import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql } from 'kysely';
import { isMonthly, monthOf } from './meters.ts';
import { noteThresholds } from './thresholds.ts';

/** Maximum number of rows that are summed up in one transaction. */
const mostRows = 5_000;
const keptYears = 2;
const forgetEveryMs = 3_600_000;

type UsageLoopOptions<DB> = {
  db: Database<DB>;
  log: LoopLog;
  /** Returns the database's time, as SQL. */
  at(): RawBuilder<Date>;
  /** Wakes the relay. */
  wakeRelay(): void;
};

/**
 * Sums up the counts of transactions, and publishes the thresholds that the sums reach. Any number of processes may do
 * this concurrently, because each process sums up different rows. Readers see the sum and the remaining rows in one
 * statement, so they never see a row twice or miss one.
 */
export function startUsageLoop<DB>(o: UsageLoopOptions<DB>): Loop {
  let forgottenAt = 0;
  return startLoop({
    name: 'sum up usage',
    log: o.log,
    async run() {
      const { rows, reached } = await foldUsage(o);
      if (reached > 0) o.wakeRelay();
      if (performance.now() - forgottenAt > forgetEveryMs) {
        await forgetUsage(o);
        forgottenAt = performance.now();
      }
      return rows === mostRows ? 0 : undefined;
    },
  });
}

type Folded = { organization_id: bigint; meter: MeterName; used: bigint; is_current: boolean; rows: string };

/** Sums up the oldest rows. */
export async function foldUsage<DB>({ db, at }: UsageLoopOptions<DB>): Promise<{ rows: number; reached: number }> {
  return db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<Folded>`
      with gone as (
        delete from usage_added where id = any(array(
          select id from usage_added order by id limit ${mostRows} for update skip locked))
        returning organization_id, meter, period_start, amount
      ), summed as (
        insert into usage (organization_id, meter, period_start, used)
        select organization_id, meter, period_start, sum(amount) from gone group by 1, 2, 3 order by 1, 2, 3
        on conflict (organization_id, meter, period_start) do update set used = usage.used + excluded.used
        returning organization_id, meter, period_start, used
      )
      select organization_id, meter, used, period_start >= ${monthOf(at())} as is_current,
        (select count(*) from gone)::text as rows
      from summed`.execute(trx);
    const current = rows.filter(({ meter, is_current }) => is_current || !isMonthly(meter));
    const uses = current.map(({ organization_id: organizationId, meter, used }) => ({ organizationId, meter, used }));
    return { rows: Number(rows[0]?.rows ?? 0), reached: await noteThresholds(trx, uses, at()) };
  });
}

async function forgetUsage<DB>({ db, at }: UsageLoopOptions<DB>): Promise<void> {
  for (const table of ['usage', 'usage_thresholds']) {
    await sql`
      delete from ${sql.table(table)}
      where period_start < ${at()} - ${keptYears} * interval '1 year' and period_start <> '-infinity'`.execute(
      db.kysely,
    );
  }
}
