import { randomUUID } from 'node:crypto';
import { type Database, unsynced } from '@drippulse/db';
import { sql } from 'kysely';
import { partitionCount } from './tables.ts';

/** The place of one consumer in its group: the partitions it reads, each under a lease in database time. */
export type Membership = {
  member: string;
  /** Partitions that this consumer holds. */
  held: ReadonlySet<number>;
  /** Says that it is alive and takes what its share lacks; true when it got something. */
  renew(): Promise<boolean>;
  /** Whether it holds more than its share of the members that it last saw. */
  exceeds(): boolean;
  /** Gives up what exceeds its share, while nothing is being handled; true when it did. */
  shed(): Promise<boolean>;
  /** Gives up everything. */
  leave(): Promise<void>;
};

/**
 * Shares partitions by leases: each member keeps at most its share of the living members', takes those that are free or
 * whose holder is gone, and gives up what exceeds its share.
 */
export function createMembership(
  db: Database<unknown>,
  options: { group: string; topic: string; leaseMs: number },
): Membership {
  const { group, topic, leaseMs } = options;
  const member = randomUUID();
  const held = new Set<number>();
  let wanted = partitionCount;
  const lockedUntil = sql`clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;

  /**
   * Says that it lives, in one statement and without waiting for the disk: a database that crashes takes the readers with
   * it. A lease that ran out but that nobody took is still good: whoever takes one raises the fence.
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
    held.clear();
    for (const partition of partitions) held.add(partition);
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
    for (const row of rows) held.add(row.partition);
    return rows.length;
  }

  async function giveUp(partitions: readonly number[]): Promise<void> {
    for (const partition of partitions) held.delete(partition);
    await sql`
      update group_partitions set holder = null, locked_until = null
      where group_name = ${group} and topic = ${topic} and holder = ${member}
        and partition = any(${partitions}::smallint[])
    `.execute(db.kysely);
  }

  const exceeds = () => held.size > wanted;

  return {
    member,
    held,
    exceeds,
    async renew() {
      await stayAlive();
      return held.size < wanted && (await take(wanted - held.size)) > 0;
    },
    async shed() {
      if (!exceeds()) return false;
      await giveUp([...held].slice(0, held.size - wanted));
      return true;
    },
    async leave() {
      await giveUp([...held]);
      await sql`
        delete from group_members where group_name = ${group} and topic = ${topic} and member = ${member}
      `.execute(db.kysely);
    },
  };
}
