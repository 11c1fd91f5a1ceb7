import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { isMonthly, monthAfter, periodOf } from './meters.ts';

/** The reason why not all of the requested amount may be used. `used` excludes the request. */
export type Full = {
  meter: MeterName;
  /** `limit`: the limit is reached. `payment`: the organization does not pay. */
  reason: 'limit' | 'payment';
  used: bigint;
  /** The ceiling up to which use may be counted; undefined when nothing limits the meter. */
  limit: bigint | undefined;
  /** The end of the month; undefined for a meter that is not counted by month. */
  resetsAt: Date | undefined;
};

/** The part of a requested amount that may be used. */
export type Room = {
  granted: number;
  /** The usage, excluding the request. */
  used: bigint;
  /** Present when the room is less than the request. */
  full?: Full;
};

/**
 * Percentages of the ceiling. A transaction takes a shared lock if the usage is at most `farPercent` and concurrent
 * transactions of its size would add at most `inFlightPercent`. If the transaction then finds a usage above
 * `sharedPercent`, it takes an exclusive lock.
 */
const farPercent = 80;
const sharedPercent = 94;
const inFlightPercent = 5;

/**
 * Finds how much of the requested amounts the limits of the organizations allow. Call it in the transaction that uses
 * the amounts, and then use and count (`addUsage`) no more than the granted amounts. Organizations that are absent from
 * the result have no limit.
 *
 * The result is exact with any number of processes, because a transaction locks the meter until it ends. While the
 * usage is far below the limit and the transaction needs little, the lock is shared, so that transactions of one
 * organization do not wait for each other. The transactions that share the lock together need at most `inFlightPercent`
 * of the ceiling, because the database runs at most `max_connections` transactions. Above `sharedPercent`,
 * transactions decide one after the other. Call it only once per meter in a transaction: each call takes its locks in
 * the order of organizations, and a second call would break this order. `standing` counts the rows of a meter without
 * sums.
 */
export async function findRoom<DB>(
  trx: Transaction<DB>,
  meter: MeterName,
  asked: readonly { organizationId: bigint; count: number }[],
  at: RawBuilder<Date>,
  standing?: (organizationId: bigint) => RawBuilder<bigint>,
): Promise<Map<bigint, Room>> {
  const rooms = new Map<bigint, Room>();
  for (const { organization_id: organizationId, ceiling, entries_held } of await findCeilings(trx, meter, asked)) {
    const count = asked.reduce((sum, one) => sum + (one.organizationId === organizationId ? one.count : 0), 0);
    const own = { organizationId, meter, count, at, usedNow: standing?.(organizationId) };
    if (entries_held) rooms.set(organizationId, await noRoom(trx, { ...own, ceiling }));
    else if (ceiling !== null) rooms.set(organizationId, await roomOf(trx, { ...own, ceiling }));
  }
  return rooms;
}

type Ceiling = { organization_id: bigint; ceiling: bigint | null; entries_held: boolean };

/**
 * Finds the ceilings, ordered by organization. All transactions lock in this order, so that they never deadlock. Only
 * the meter `enrollments` can have held entries.
 */
async function findCeilings<DB>(
  trx: Transaction<DB>,
  meter: MeterName,
  asked: readonly { organizationId: bigint }[],
): Promise<Ceiling[]> {
  if (asked.length === 0) return [];
  const { rows } = await sql<Ceiling>`
    select organization_id, ceiling, entries_held and ${meter === 'enrollments'} as entries_held
    from entitlements
    left join (select * from usage_limits where meter = ${meter}) as own using (organization_id)
    where organization_id = any(${[...new Set(asked.map(({ organizationId }) => organizationId))]}::bigint[])
    order by organization_id`.execute(trx);
  return rows;
}

type Asked = {
  organizationId: bigint;
  meter: MeterName;
  count: number;
  ceiling: bigint;
  at: RawBuilder<Date>;
  /** The current usage, as SQL. Default: the sum of the amounts added to the meter. */
  usedNow: RawBuilder<bigint> | undefined;
};

async function noRoom<DB>(
  trx: Transaction<DB>,
  { ceiling, ...asked }: Omit<Asked, 'ceiling'> & { ceiling: bigint | null },
): Promise<Room> {
  const { used } = await readUsed(trx, asked);
  const { meter } = asked;
  return {
    granted: 0,
    used,
    full: { meter, reason: 'payment', used, limit: ceiling ?? undefined, resetsAt: undefined },
  };
}

async function roomOf<DB>(trx: Transaction<DB>, asked: Asked): Promise<Room> {
  const { meter, count, ceiling, organizationId } = asked;
  const isShared = await lockMeter(trx, asked);
  const { used, resetsAt } = await readUsed(trx, asked);
  if (isShared && used * 100n > ceiling * BigInt(sharedPercent)) await lockAlone(trx, { meter, organizationId });
  const left = ceiling - used;
  const granted = left < BigInt(count) ? Math.max(0, Number(left)) : count;
  if (granted === count) return { granted, used };
  return {
    granted,
    used,
    full: { meter, reason: 'limit', used, limit: ceiling, resetsAt: isMonthly(meter) ? resetsAt : undefined },
  };
}

/** Locks the meter of an organization, and returns whether the lock is shared. */
async function lockMeter<DB>(trx: Transaction<DB>, asked: Asked): Promise<boolean> {
  const { count, ceiling } = asked;
  const key = lockKey(asked);
  const { rows } = await sql<{ is_far: boolean }>`
    with known as materialized (
      select ${asked.usedNow ?? usedOf(asked)}::numeric * 100 <= ${ceiling}::numeric * ${farPercent}::int
        and ${count}::numeric * 100 * current_setting('max_connections')::int <= ${ceiling}::numeric * ${inFlightPercent}::int
        as is_far
    )
    select is_far, case when is_far then (select 1 from pg_advisory_xact_lock_shared(${key}))
      else (select 1 from pg_advisory_xact_lock(${key})) end from known`.execute(trx);
  return rows[0]?.is_far === true;
}

/**
 * Reads the usage in a statement of its own. After a lock, this statement also sees what earlier holders of the lock
 * committed.
 */
async function readUsed<DB>(
  trx: Transaction<DB>,
  asked: Omit<Asked, 'ceiling'>,
): Promise<{ used: bigint; resetsAt: Date }> {
  const { rows } = await sql<{ used: bigint; resets_at: Date }>`
    select ${asked.usedNow ?? usedOf(asked)} as used, ${monthAfter(asked.at)} as resets_at`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no usage');
  return { used: row.used, resetsAt: row.resets_at };
}

/** Returns SQL that selects the usage of a meter in the period that contains a time. */
export function usedOf({
  organizationId,
  meter,
  at,
}: Pick<Asked, 'organizationId' | 'meter' | 'at'>): RawBuilder<bigint> {
  const own = sql`organization_id = ${organizationId} and meter = ${meter} and period_start = ${periodOf(meter, at)}`;
  return sql<bigint>`(
    coalesce((select used from usage where ${own}), 0)
    + coalesce((select sum(amount) from usage_added where ${own}), 0))::bigint`;
}

/**
 * Turns a shared lock into an exclusive one. It does not wait, because two transactions that wait for each other's
 * shared locks would deadlock. If the lock is not free, a serialization failure is thrown, and the transaction runs
 * again.
 */
async function lockAlone<DB>(trx: Transaction<DB>, of: Pick<Asked, 'organizationId' | 'meter'>): Promise<void> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(${lockKey(of)}) as locked`.execute(trx);
  if (rows[0]?.locked === true) return;
  throw Object.assign(new Error('others use the last of a limit'), { code: '40001' });
}

function lockKey({ meter, organizationId }: Pick<Asked, 'organizationId' | 'meter'>): RawBuilder<bigint> {
  return sql<bigint>`hashtextextended(${`usage:${meter}:${organizationId}`}, 0)`;
}
