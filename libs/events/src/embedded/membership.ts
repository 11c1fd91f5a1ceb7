import { randomUUID } from 'node:crypto';
import { type Database, unsynced } from '@drippulse/db';
import { sql } from 'kysely';
import { partitionCount } from './tables.ts';

/** The membership of one consumer in its group: the partitions that it reads, each under a lease in database time. */
export type Membership = {
  member: string;
  /** The partitions that this consumer leases. */
  leased: ReadonlySet<number>;
  /** Renews the leases and takes free partitions until the member has its share. Returns true when it took some. */
  renew(): Promise<boolean>;
  /** Returns whether the member leases more than its share, computed from the members that it last saw. */
  exceeds(): boolean;
  /**
   * Releases the partitions above the member's share. Returns true when it released some. Call it while nothing is
   * being handled.
   */
  shed(): Promise<boolean>;
  /** Releases all partitions. */
  leave(): Promise<void>;
};

/**
 * Shares partitions by leases. Each member takes partitions that are free or whose lease has ended, up to an equal
 * share, and releases partitions above its share.
 */
export function createMembership(
  db: Database<unknown>,
  options: { group: string; topic: string; leaseMs: number },
): Membership {
  const { group, topic, leaseMs } = options;
  const member = randomUUID();
  const leased = new Set<number>();
  let wanted = partitionCount;
  const lockedUntil = sql`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;

  /**
   * Renews the member and its leases in one statement, without waiting for the disk, because a crash of the database
   * also ends the readers. A lease that has ended is renewed too if no other member took it. This is safe, because
   * taking a lease raises the fence.
   */
  async function stayAlive(): Promise<void> {
    const { rows } = await sql<{ others: number; partitions: number[] }>`
      with ${unsynced}, alive as (
        insert into group_members (group_name, topic, member, alive_until)
        select ${group}, ${topic}, ${member}, ${lockedUntil} from unsynced
        on conflict (group_name, topic, member) do update set alive_until = excluded.alive_until
      ), gone as (
        delete from group_members where alive_until < clock_timestamp() - interval '1 hour'
      ), renewed as (
        update group_partitions set locked_until = ${lockedUntil}
        where group_name = ${group} and topic = ${topic} and holder = ${member}
        returning partition
      )
      select array(select partition from renewed) as partitions, (
        select count(*)::int from group_members
        where group_name = ${group} and topic = ${topic} and member <> ${member} and alive_until > clock_timestamp()
      ) as others
    `.execute(db.kysely);
    const { others = 0, partitions = [] } = rows[0] ?? {};
    wanted = Math.ceil(partitionCount / (others + 1));
    leased.clear();
    for (const partition of partitions) leased.add(partition);
  }

  async function take(count: number): Promise<number> {
    const { rows } = await sql<{ partition: number }>`
      update group_partitions set holder = ${member}, fence = fence + 1, locked_until = ${lockedUntil}
      where group_name = ${group} and topic = ${topic} and partition = any(array(
        select partition from group_partitions
        where group_name = ${group} and topic = ${topic} and (holder is null or locked_until < clock_timestamp())
        order by partition limit ${count}
        for update skip locked
      ))
      returning partition
    `.execute(db.kysely);
    for (const row of rows) leased.add(row.partition);
    return rows.length;
  }

  async function giveUp(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) leased.delete(partition);
    await sql`
      update group_partitions set holder = null, locked_until = null
      where group_name = ${group} and topic = ${topic} and holder = ${member}
        and partition = any(${partitions}::smallint[])
    `.execute(db.kysely);
  }

  const exceeds = () => leased.size > wanted;

  return {
    member,
    leased,
    exceeds,
    async renew() {
      await stayAlive();
      return leased.size < wanted && (await take(wanted - leased.size)) > 0;
    },
    async shed() {
      if (!exceeds()) return false;
      await giveUp([...leased].slice(0, leased.size - wanted));
      return true;
    },
    async leave() {
      await giveUp([...leased]);
      await sql`
        delete from group_members where group_name = ${group} and topic = ${topic} and member = ${member}
      `.execute(db.kysely);
    },
  };
}
