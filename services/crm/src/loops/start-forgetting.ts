import { type Loop, startLoop } from '@drippulse/loops';
import type { Kysely } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';

const everyMs = 3_600_000;

/** Rows forgotten by one statement. */
export const forgottenAtOnce = 1_000;

/** Forgets what is old, every hour and a slice at a time; `forget` answers how many it forgot, `forgottenAtOnce` at most. */
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
