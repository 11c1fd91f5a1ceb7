import { randomUUID } from 'node:crypto';
import type { Database } from '@drippulse/db';
import { sql } from 'kysely';
import { partitionCount } from './tables.ts';

/** The place of one consumer in its group: the partitions it reads, each under a lease in database time. */
export type Membership = {
  member: string;
  /** Partitions that this consumer holds. */
  held: ReadonlySet<number>;
  /** Says that it is alive and takes what its share lacks; true when it got something. */
  renew(): Promise<boolean>;
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

  /** Its first partition count makes the group: it starts at the oldest message kept. */
  async function share(): Promise<number> {
    const { rows } = await sql<{ members: number }>`
      with alive as (
        insert into group_members (group_name, topic, member, alive_until)
        values (${group}, ${topic}, ${member}, ${lockedUntil})
        on conflict (group_name, topic, member) do update set alive_until = excluded.alive_until
      ), gone as (
        delete from group_members where alive_until < clock_timestamp() - interval '1 hour'
      )
      select count(*)::int as members from group_members
      where group_name = ${group} and topic = ${topic} and member <> ${member} and alive_until > clock_timestamp()
    `.execute(db.kysely);
    return Math.ceil(partitionCount / ((rows[0]?.members ?? 0) + 1));
  }

  /** A lease that ran out but that nobody took is still good: whoever takes one raises the fence. */
  async function renewHeld(): Promise<void> {
    const { rows } = await sql<{ partition: number }>`
      update group_partitions set locked_until = ${lockedUntil}
      where group_name = ${group} and topic = ${topic} and holder = ${member}
      returning partition
    `.execute(db.kysely);
    held.clear();
    for (const row of rows) held.add(row.partition);
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

  return {
    member,
    held,
    async renew() {
      wanted = await share();
      await renewHeld();
      return held.size < wanted && (await take(wanted - held.size)) > 0;
    },
    async shed() {
      if (held.size <= wanted) return false;
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
