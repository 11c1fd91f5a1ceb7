import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const everyMs = 3_600_000;
const forgottenAtOnce = 1_000;
/** A chain that started nothing for this long gets its whole budget again, because its count is deleted. */
export const chainDays = 30;

/** Deletes the counts of chains that have ended, in slices. */
export function startForgetChains(ctx: Context): Loop {
  return startLoop({
    name: 'forget chains',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      while (!signal.aborted && (await forgetChains(ctx)) === forgottenAtOnce);
      return undefined;
    },
  });
}

/** Deletes some counts and returns how many. */
async function forgetChains({ db, dbNow }: Pick<Context, 'db' | 'dbNow'>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from chains where ctid = any(array(
      select ctid from chains where counted_on < (${dbNow} - ${chainDays} * interval '1 day')::date
      order by counted_on limit ${forgottenAtOnce} for update skip locked
    ))`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
