import { type CompiledGoal, keyHash, watchedUntil } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Identity } from '../enrollments/enrollment-row.ts';

/**
 * A key of a contact whose events may meet goals of an enrollment. `expiresAt` is null until the enrollment's run ends.
 */
export type Watch = {
  organizationId: bigint;
  key: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  expiresAt: Date | null;
};

/**
 * Returns the watches of an enrollment. Returns no watches when the enrollment has ended and no goal outlives the run.
 */
export function watchesOf(identity: Identity, goals: readonly CompiledGoal[], endedAt: Date | undefined): Watch[] {
  const { organizationId, workflowId, id: enrollmentId, createdAt, timezone } = identity;
  const enteredAt = createdAt.getTime();
  const until = endedAt && watchedUntil(goals, { enteredAt, endedAt: endedAt.getTime(), timezone });
  if (endedAt !== undefined && until === undefined) return [];
  const expiresAt = until === undefined ? null : new Date(until);
  return contactKeysOf(identity).map((text) => ({
    ...{ organizationId, key: keyHash(text), workflowId, enrollmentId, expiresAt },
  }));
}

/**
 * Stores watches. An entry has locked the contacts, so that no event is accepted between its gate and its watches. A
 * retry does not lock the contacts: an event that misses the new watches is treated as earlier than the retry.
 */
export async function watchEntrants(trx: Transaction<DB>, watches: readonly Watch[]): Promise<void> {
  if (watches.length === 0) return;
  await sql`
    insert into goal_watches (organization_id, contact_key, workflow_id, enrollment_id, expires_at)
    select * from unnest(
      ${watches.map(({ organizationId }) => organizationId)}::bigint[],
      ${watches.map(({ key }) => key)}::bigint[],
      ${watches.map(({ workflowId }) => workflowId)}::bigint[],
      ${watches.map(({ enrollmentId }) => enrollmentId)}::bigint[],
      ${watches.map(({ expiresAt }) => expiresAt)}::timestamptz[])
    on conflict (organization_id, contact_key, enrollment_id) do update set expires_at = excluded.expires_at`.execute(
    trx,
  );
}

/** Deletes the goals and watches of enrollments that are removed. */
export async function forgetGoals(
  trx: Transaction<DB>,
  { workflowId, ids }: { workflowId: bigint; ids: readonly bigint[] },
): Promise<void> {
  await unwatch(trx, ids);
  await trx.deleteFrom('goals_met').where('workflow_id', '=', workflowId).where('enrollment_id', 'in', ids).execute();
}

/** Deletes the watches of these enrollments, so that events no longer meet their goals. */
export async function unwatch(trx: Transaction<DB>, ids: readonly bigint[]): Promise<void> {
  await sql`delete from goal_watches where enrollment_id = any(${ids}::bigint[])`.execute(trx);
}

/** Deletes some watches that have expired, and returns how many. */
export async function forgetWatches({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from goal_watches where ctid = any(array(
      select ctid from goal_watches where expires_at <= ${dbNow} order by expires_at limit ${most} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
