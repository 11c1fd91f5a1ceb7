import { type Loop, startLoop } from '@drippulse/loops';
import type { Kysely } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const everyMs = 3_600_000;

/** Maximum number of rows that one statement deletes. */
export const forgottenAtOnce = 1_000;

/**
 * Deletes old data every hour, in slices. `forget` returns the number of deleted rows, which is at most
 * `forgottenAtOnce`.
 */
export function startForgetting(ctx: Context, name: string, forget: (db: Kysely<DB>) => Promise<number>): Loop {
  return startLoop({
    name,
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      while (!signal.aborted && (await forget(ctx.db.kysely)) === forgottenAtOnce);
      return undefined;
    },
  });
}
