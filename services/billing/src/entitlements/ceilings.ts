import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { monthlyMeters } from '../plans/meters.ts';
import { ceilingOf, leftOf, type MeteredMonth, type OverageMeter } from '../plans/overage.ts';
import type { State } from '../subscriptions/state.ts';
import { limitsOf, toUnits } from './content.ts';

const untouched: MeteredMonth = { used: 0n, charged: 0n };

/** Reads the ceilings of this month, for the meters whose use beyond the plan is charged. */
export async function readCeilings(
  { config: { plans }, dbNow }: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  o: { state: Pick<State, 'plan' | 'quantity'>; metered: readonly string[]; capCents: bigint },
): Promise<Map<OverageMeter, bigint>> {
  const months = await readMonths(trx, organizationId, sql<Date>`date_trunc('month', ${dbNow}, 'UTC')`);
  const left = leftOf(plans.overage, o.capCents, months);
  const limits = limitsOf(plans, o.state);
  const ceilings = new Map<OverageMeter, bigint>();
  for (const meter of monthlyMeters) {
    const [rate, limit] = [plans.overage[meter], limits[meter]];
    if (rate === undefined || limit === null || !o.metered.includes(meter)) continue;
    const known = months.get(meter) ?? untouched;
    const { nanocents } = rate;
    ceilings.set(meter, ceilingOf(known, { included: toUnits(meter, limit), left, nanocents }));
  }
  return ceilings;
}

/** Reads the known usage of each meter in a month, and the charged part of it. */
export async function readMonths(
  db: Kysely<DB>,
  organizationId: bigint,
  month: Date | RawBuilder<Date>,
): Promise<Map<OverageMeter, MeteredMonth & { isFinal: boolean }>> {
  const { rows } = await sql<{ meter: string; used: bigint; charged: bigint; is_final: boolean }>`
    select meter, used, charged, is_final from metered_months
    where organization_id = ${organizationId} and month = ${month}`.execute(db);
  return new Map(
    monthlyMeters.flatMap((meter) => {
      const row = rows.find((each) => each.meter === meter);
      return row === undefined
        ? []
        : [[meter, { used: row.used, charged: row.charged, isFinal: row.is_final }] as const];
    }),
  );
}
