import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { GetUsageResponseSchema } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import type { MeterName } from '@drippulse/topology';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { usedOf } from './find-room.ts';
import { isMonthly, meterToProto, monthAfter, monthOf } from './meters.ts';

/**
 * SQL expressions that count an organization's rows, for meters that have few rows and therefore no sums. `at` is a
 * time in the counted month.
 */
export type StandingCounts = Readonly<
  Partial<Record<MeterName, (organizationId: bigint, at: RawBuilder<Date>) => RawBuilder<bigint>>>
>;

/** The meters that a service counts, and the SQL with which their usage is read. */
export type MeterSource = {
  meters: readonly MeterName[];
  standing: StandingCounts;
  /** The database's time, as SQL. */
  at: RawBuilder<Date>;
};

/** Reads the current usage of each of an organization's meters. */
export async function readUses<DB>(
  db: Kysely<DB>,
  organizationId: bigint,
  { meters, standing, at }: MeterSource,
): Promise<Map<MeterName, bigint>> {
  const used = meters.map((meter) => standing[meter]?.(organizationId, at) ?? usedOf({ organizationId, meter, at }));
  const { rows } = await sql<{ used: string[] }>`select array[${sql.join(used)}]::text[] as used`.execute(db);
  return new Map(meters.map((meter, index) => [meter, BigInt(rows[0]?.used[index] ?? 0)]));
}

/** Reads an organization's usage and limits. `held` are SQL expressions that count entries waiting for a meter. */
export async function readUsage<DB>(
  db: Kysely<DB>,
  organizationId: bigint,
  source: MeterSource,
  held: StandingCounts,
): Promise<MessageInitShape<typeof GetUsageResponseSchema>> {
  const { meters, at } = source;
  const { rows } = await sql<{ sequence: bigint; period_start: Date; resets_at: Date; limits: string | null }>`
    select coalesce((select sequence from entitlements where organization_id = ${organizationId}), 0) as sequence,
      ${monthOf(at)} as period_start, ${monthAfter(at)} as resets_at,
      (select json_object_agg(meter, array[included::text, ceiling::text])::text from usage_limits
        where organization_id = ${organizationId}) as limits`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no usage');
  // The statement built this JSON, so it has this form.
  const limits = JSON.parse(row.limits ?? '{}') as Record<string, [string, string] | undefined>;
  const uses = await readUses(db, organizationId, source);
  const waiting = await readUses(db, organizationId, {
    meters: meters.filter((meter) => held[meter] !== undefined),
    standing: held,
    at,
  });
  return {
    sequence: row.sequence,
    usage: meters.map((meter) => {
      const [included, ceiling] = limits[meter] ?? [];
      return {
        meter: meterToProto(meter),
        used: uses.get(meter) ?? 0n,
        held: waiting.get(meter) ?? 0n,
        ...(included !== undefined && { limit: BigInt(included) }),
        ...(ceiling !== undefined && { ceiling: BigInt(ceiling) }),
        ...(isMonthly(meter) && {
          periodStart: timestampFromDate(row.period_start),
          resetsAt: timestampFromDate(row.resets_at),
        }),
      };
    }),
  };
}
