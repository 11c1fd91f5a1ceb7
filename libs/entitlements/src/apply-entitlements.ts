import type { Entitlements } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { meterFromProto } from './meters.ts';
import { readUses, type StandingCounts } from './read-usage.ts';
import { noteThresholds } from './thresholds.ts';

/**
 * The version of the entitlements that apply to an organization. `isNew` is false if equal or newer entitlements were
 * already applied.
 */
export type Applied = { sequence: bigint; isNew: boolean };

/**
 * Applies the entitlements of an organization, unless equal or newer entitlements were already applied. A limit below
 * the current usage takes nothing away. Thresholds are judged by the new limits.
 */
export async function applyEntitlements<DB>(
  trx: Transaction<DB>,
  { organizationId, entitlements }: { organizationId: bigint; entitlements: Entitlements },
  { meters, standing, at }: { meters: readonly MeterName[]; standing: StandingCounts; at: RawBuilder<Date> },
): Promise<Applied> {
  const { sequence, plan, entriesHeld } = entitlements;
  const { rows: applied } = await sql<{ sequence: bigint }>`
    insert into entitlements (organization_id, sequence, entries_held, plan)
    values (${organizationId}, ${sequence}, ${entriesHeld}, ${plan})
    on conflict (organization_id) do update set
      sequence = excluded.sequence, entries_held = excluded.entries_held, plan = excluded.plan, applied_at = now()
      where entitlements.sequence < excluded.sequence
    returning sequence`.execute(trx);
  if (applied.length === 0) return { sequence: await appliedSequence(trx, organizationId), isNew: false };
  const limits = entitlements.limits.flatMap(({ meter, limit, ceiling }) => {
    const name = meterFromProto(meter);
    return name !== undefined && meters.includes(name) ? [{ name, limit, ceiling: ceiling ?? limit }] : [];
  });
  await sql`delete from usage_limits where organization_id = ${organizationId}`.execute(trx);
  await sql`
    insert into usage_limits (organization_id, meter, included, ceiling)
    select ${organizationId}, meter, included, greatest(included, ceiling)
    from unnest(
      ${limits.map(({ name }) => name)}::text[], ${limits.map(({ limit }) => limit)}::bigint[],
      ${limits.map(({ ceiling }) => ceiling)}::bigint[]) as limits (meter, included, ceiling)
    on conflict do nothing`.execute(trx);
  const uses = await readUses(trx, organizationId, { meters, standing, at });
  await noteThresholds(
    trx,
    [...uses].map(([meter, used]) => ({ organizationId, meter, used })),
    at,
  );
  return { sequence, isNew: true };
}

async function appliedSequence<DB>(trx: Transaction<DB>, organizationId: bigint): Promise<bigint> {
  const { rows } = await sql<{ sequence: bigint }>`
    select sequence from entitlements where organization_id = ${organizationId}`.execute(trx);
  return rows[0]?.sequence ?? 0n;
}
