import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import { forgetArtifacts } from '../artifacts/forget-artifacts.ts';
import type { Context } from '../context.ts';

const hourMs = 3_600_000;
const batch = 100;

/** Deletes reports after 90 days, except reports with a schedule. Also deletes files that no report names. */
export function startForgetReports(ctx: Context): Loop {
  return startLoop({
    name: 'forget reports',
    log: ctx.log,
    async run() {
      while ((await forgetSome(ctx)) === batch);
      await sql`delete from jobs where finished_at < clock_timestamp() - interval '1 day'`.execute(ctx.db.kysely);
      await forgetArtifacts(ctx);
      return hourMs;
    },
  });
}

async function forgetSome({ db }: Pick<Context, 'db'>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from reports where id in (
      select id from reports where expires_at < clock_timestamp() and status in ('ready', 'failed') and schedule is null
      order by expires_at limit ${batch} for update skip locked)`.execute(db.kysely);
  return Number(numAffectedRows ?? 0n);
}
