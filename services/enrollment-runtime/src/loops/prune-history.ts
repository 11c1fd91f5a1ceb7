import { isInfrastructureError } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { pruneHistory } from '../history/prune.ts';

const everyMs = 60 * 60_000;
/** Delay before the next try when an error of the infrastructure, such as a lock timeout, stopped the pruning. */
const busyMs = 30_000;
/** Advisory lock of the process that prunes. */
export const historyLock = 4_811_240;

/** Prunes timeline and effects of enrollments that ended long ago. Only one process at a time prunes. */
export function startPruneHistory(ctx: Context): Loop {
  return startLoop({
    name: 'prune history',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      return ctx.db.kysely.connection().execute(async (db) => {
        const { rows } = await sql<{ locked: boolean }>`
          select pg_try_advisory_lock(${historyLock}) as locked`.execute(db);
        if (!rows[0]?.locked) return everyMs;
        try {
          await pruneHistory(ctx, db, signal);
          return everyMs;
        } catch (error) {
          if (!isInfrastructureError(error) || signal.aborted) throw error;
          ctx.log.debug({ err: error }, 'history not pruned, trying again');
          return busyMs;
        } finally {
          await sql`select pg_advisory_unlock(${historyLock})`.execute(db);
        }
      });
    },
  });
}
