import { sql, type Transaction } from 'kysely';
import { tryLockRelease } from '../../contacts/lock-contacts.ts';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import type { Mode } from '../../enrollments/enrollment-row.ts';
import { type Lane, laneState } from '../../lanes/lane.ts';
import { lockLanes } from '../../lanes/lock-lanes.ts';
import { wakeQuota } from '../../messaging/index.ts';
import { isPostponed, postponing } from '../../postponements/index.ts';
import { enrollAll } from '../enroll.ts';
import type { Entrants } from '../entrants.ts';
import { noteHeld } from './note-held.ts';
import { storeRefused } from './refused-entries.ts';

/** Maximum number of contacts in one transaction. */
const sliceRows = 100;
/** Interval at which contacts of paused workflows are checked again. */
const pausedMs = 3_600_000;

type HeldRow = {
  id: bigint;
  workflow_id: bigint;
  agent_id: bigint | null;
  hops: number;
  mode: Mode;
  timezone: string;
  cause: string | null;
  contact: string;
};

/**
 * Lets the next contacts of one organization that wait for its quota enter, in the order in which they came, across all
 * its workflows. Contacts beyond the quota keep waiting; contacts of paused workflows wait without blocking others.
 * Contacts of a workflow that accepts no entries any more are refused, and contacts that have waited too long expire.
 * Only one process at a time works on an organization, because two processes that skip each other's rows would let
 * later contacts enter first. Returns false when nothing is due.
 */
export async function releaseHeld(ctx: Context): Promise<boolean> {
  return postponing(ctx, 'release_held', { run: (named) => releaseNext(ctx, named), otherwise: true });
}

async function releaseNext(ctx: Context, named: (item: string) => void): Promise<boolean> {
  const { rows } = await sql<{ organization_id: bigint }>`
    select organization_id from held_lines
    where retry_at <= ${ctx.dbNow} and not ${isPostponed(ctx, 'release_held', sql`organization_id::text`)}
    order by retry_at limit 1`.execute(ctx.db.kysely);
  const organizationId = rows[0]?.organization_id;
  if (organizationId === undefined) return false;
  named(String(organizationId));
  return ctx.db.kysely.transaction().execute(async (trx) => {
    if (!(await tryLockRelease(trx, organizationId))) return false;
    if ((await wakeQuota(ctx, trx, organizationId)) > 0) return true;
    const expired = await expire(ctx, trx, organizationId);
    const held = await lockHeld(trx, organizationId);
    if (held.length > 0) await letIn(ctx, trx, organizationId, held);
    else await endLine(ctx, trx, organizationId);
    // This call is the last one, so that the line is locked before the row of the notice. A transaction that holds a
    // contact uses the same order.
    await noteHeld(ctx, trx, organizationId, { held: 0, expired });
    return true;
  });
}

async function letIn(
  ctx: Context,
  trx: Transaction<DB>,
  organizationId: bigint,
  held: readonly HeldRow[],
): Promise<void> {
  const found = await lockLanes(trx, [...new Set(held.map((row) => row.workflow_id))]);
  const lanes = new Map(found.map((lane) => [lane.workflowId, lane]));
  const gone = held.filter((row) => !lanes.has(row.workflow_id));
  const archived = held.filter((row) => lanes.get(row.workflow_id)?.state === 'archived');
  for (const own of Map.groupBy(archived, ({ workflow_id, mode }) => `${workflow_id} ${mode}`).values()) {
    await refuse(ctx, trx, lanes.get(own[0]?.workflow_id ?? 0n), own, 'workflow_archived');
  }
  await remove(trx, [...gone, ...archived]);
  const groups = groupsOf(
    held.filter((row) => !gone.includes(row) && !archived.includes(row)),
    lanes,
  );
  const entries = await enrollAll(ctx, trx, groups);
  const decided = groups.flatMap(({ rows }, group) =>
    rows.map((row, index) => ({ row, entry: entries[group]?.[index] })),
  );
  await remove(
    trx,
    decided.filter(({ entry }) => entry?.decision !== 'held').map(({ row }) => row),
  );
  const until = decided.flatMap(({ entry }) => (entry?.decision === 'held' ? [entry.until] : []))[0];
  if (until !== undefined) await waitUntil(ctx, trx, organizationId, sql`${until}::timestamptz`);
}

/** Groups the contacts that enter under equal conditions. The ids of their rows are their places in line. */
function groupsOf(held: readonly HeldRow[], lanes: ReadonlyMap<bigint, Lane>): (Entrants & { rows: HeldRow[] })[] {
  const keyOf = ({ workflow_id, agent_id, hops, mode, timezone }: HeldRow) =>
    `${workflow_id} ${agent_id} ${hops} ${mode} ${timezone}`;
  return [...Map.groupBy(held, keyOf).values()].flatMap((rows) => {
    const [first] = rows;
    const lane = first && lanes.get(first.workflow_id);
    if (first === undefined || lane === undefined) return [];
    const { agent_id: agentId, hops, mode, timezone } = first;
    // A contact was already counted in its chain when it arrived.
    const links = rows.map(({ cause }) => (cause === null ? undefined : { cause, counts: false }));
    return [
      {
        ...{ lane, agentId, hops, mode, timezone, beyondQuota: 'wait' as const, rows },
        places: rows.map(({ id }) => id),
        contacts: rows.map(({ contact }) => contact),
        ...(links.every((link) => link !== undefined) && { links }),
      },
    ];
  });
}

/** Locks the contacts of active workflows that have waited longest. */
async function lockHeld(trx: Transaction<DB>, organizationId: bigint): Promise<HeldRow[]> {
  const { rows } = await sql<HeldRow>`
    select id, workflow_id, agent_id, hops, mode, timezone, cause, contact
    from held_entries as held
    where organization_id = ${organizationId} and status = 'waiting' and not exists (
      select from lanes where lanes.workflow_id = held.workflow_id and ${laneState} = 'paused')
    order by id limit ${sliceRows} for update`.execute(trx);
  return rows;
}

/**
 * Expires some contacts that have waited too long, and returns how many. Expired contacts stay listed for a while,
 * without the data that the list does not need.
 */
async function expire(ctx: Context, trx: Transaction<DB>, organizationId: bigint): Promise<number> {
  const { rows } = await sql<HeldRow & { reason: string }>`
    with old as materialized (
      select id, contact from held_entries
      where organization_id = ${organizationId} and status = 'waiting' and expires_at <= ${ctx.dbNow}
      order by id limit ${sliceRows} for update
    )
    update held_entries as held set status = 'expired', contact = '{}', cause = null from old
    where held.id = old.id returning held.id, held.workflow_id, held.mode, held.reason, old.contact`.execute(trx);
  if (rows.length === 0) return 0;
  const lanes = await lockLanes(trx, [...new Set(rows.map((row) => row.workflow_id))]);
  for (const lane of lanes) {
    const ofLane = rows.filter((row) => row.workflow_id === lane.workflowId);
    for (const [reason, own] of Map.groupBy(ofLane, (row) => row.reason)) await refuse(ctx, trx, lane, own, reason);
  }
  return rows.length;
}

async function refuse(
  ctx: Context,
  trx: Transaction<DB>,
  lane: Lane | undefined,
  rows: readonly Pick<HeldRow, 'contact' | 'mode'>[],
  reason: string,
): Promise<void> {
  if (lane === undefined) return;
  for (const [mode, own] of Map.groupBy(rows, (row) => row.mode)) {
    const refused = own.map(({ contact }) => ({ contact, reason, allowedAt: undefined }));
    await storeRefused(ctx, trx, { lane, mode }, refused);
  }
  ctx.metrics.contactsKeptOut('refused', reason, rows.length);
}

async function remove(trx: Transaction<DB>, rows: readonly HeldRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`delete from held_entries where id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(trx);
}

/**
 * Deletes the line of an organization that has no waiting contacts. If only contacts of paused workflows wait, the line
 * is checked again later.
 */
async function endLine(ctx: Context, trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  // Every transaction that holds a contact changes this row, so no contact joins the line while the row is locked.
  await sql`select from held_lines where organization_id = ${organizationId} for update`.execute(trx);
  const { rows } = await sql<{ waits: boolean; joined: boolean }>`
    select count(*) > 0 as waits, count(*) filter (where not exists (
      select from lanes where lanes.workflow_id = held.workflow_id and ${laneState} = 'paused')) > 0 as joined
    from held_entries as held where organization_id = ${organizationId} and status = 'waiting'`.execute(trx);
  if (rows[0]?.joined) return;
  if (rows[0]?.waits) {
    await waitUntil(ctx, trx, organizationId, sql`${ctx.dbNow} + ${pausedMs} * interval '1 millisecond'`);
  } else await sql`delete from held_lines where organization_id = ${organizationId}`.execute(trx);
}

/** Schedules the line's next check for this time, or for when its first contact expires, if that is sooner. */
async function waitUntil(
  { dbNow }: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  organizationId: bigint,
  at: ReturnType<typeof sql>,
): Promise<void> {
  await sql`
    update held_lines set retry_at = greatest(${dbNow} + interval '1 second', least(${at}, (
      select expires_at from held_entries
      where organization_id = ${organizationId} and status = 'waiting' order by id limit 1)))
    where organization_id = ${organizationId}`.execute(trx);
}
