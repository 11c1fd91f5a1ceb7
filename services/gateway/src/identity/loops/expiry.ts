import type { Database } from '@drippulse/db';
import { type Clock, type Loop, type LoopLog, startLoop } from '@drippulse/loops';
import { type RawBuilder, sql } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { resetJobs } from '../links/reset-jobs.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const sliceSize = 5000;
/** Retention of usage counts, which is longer than the 30 days that the API shows. */
const usageKeptMs = 60 * dayMs;
/** A network is kept as known if the user logs in from it at least once within this time. */
const networkKeptMs = 90 * dayMs;

/** Retention of finished deletions, which equals that of the audit trail. */
const deletionKeptMs = 400 * dayMs;

/** Time for which an identity without an organization is kept, so that it can be invited again. */
const identityKeptMs = 30 * dayMs;

/**
 * Deletes expired sessions, old usage counts, networks without logins, ended links and identities without members,
 * hourly and in slices.
 */
export function startExpiryLoop(options: { db: Database<DB>; clock: Clock; log: LoopLog }): Loop {
  const { db, clock, log } = options;
  return startLoop({
    name: 'identity-expiry',
    log,
    maxIdleMs: hourMs,
    async run(signal) {
      const now = clock.now().getTime();
      await deleteInSlices(db, signal, sql`sessions`, sql`expires_at < ${new Date(now - dayMs)}`);
      await deleteInSlices(db, signal, sql`api_key_usage`, sql`day < ${new Date(now - usageKeptMs)}::date`);
      await deleteInSlices(db, signal, sql`login_networks`, sql`last_login_at < ${new Date(now - networkKeptMs)}`);
      // Failed jobs are deleted, because they still contain the address that a person entered.
      await deleteInSlices(db, signal, sql`jobs`, sql`kind = ${resetJobs} and finished_at < ${new Date(now - dayMs)}`);
      await deleteInSlices(db, signal, sql`sign_ups`, sql`expires_at < ${new Date(now - dayMs)}`);
      await deleteInSlices(
        db,
        signal,
        sql`organization_deletions`,
        sql`next_at is null and erased_at < ${new Date(now - deletionKeptMs)}`,
      );
      // The list of invitations shows when their links ended, so ended links of invitations are kept.
      await deleteInSlices(
        db,
        signal,
        sql`mailed_links`,
        sql`expires_at < ${new Date(now - dayMs)} and kind <> 'invitation'`,
      );
      await deleteInSlices(
        db,
        signal,
        sql`identities`,
        sql`updated_at < ${new Date(now - identityKeptMs)}
          and not exists (select from memberships where identity_id = identities.id)`,
      );
      return hourMs;
    },
  });
}

async function deleteInSlices(
  db: Database<DB>,
  signal: AbortSignal,
  table: RawBuilder<unknown>,
  isExpired: RawBuilder<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${table} where ctid = any (array(
        select ctid from ${table} where ${isExpired} limit ${sql.lit(sliceSize)}))`.execute(db.kysely);
    if (numAffectedRows < BigInt(sliceSize)) return;
  }
}
