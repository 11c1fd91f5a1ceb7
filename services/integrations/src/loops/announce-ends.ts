import { type Loop, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import { addNews } from '../connections/news-jobs.ts';
import { announcedDays } from '../connections/to-proto.ts';
import type { Context } from '../context.ts';

const everyMs = 600_000;
const sliceRows = 100;

/** Mails admins about connections whose credentials end within two weeks, once for each end. */
export function startAnnounceEnds(ctx: Context): Loop {
  return startLoop({
    name: 'announce ends of connections',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async () => ((await announceSlice(ctx)) < sliceRows ? everyMs : 0),
  });
}

async function announceSlice(ctx: Context): Promise<number> {
  const count = await ctx.db.kysely.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: bigint; organization_id: bigint; sequence: bigint }>`
      update connections set announced_end = ends_at, sequence = sequence + 1
      where id in (
        select id from connections
        where ends_at < clock_timestamp() + ${announcedDays} * interval '1 day' and status = 'active'
          and announced_end is distinct from ends_at
        order by ends_at limit ${sliceRows} for update skip locked)
      returning id, organization_id, sequence`.execute(trx);
    for (const { id, organization_id: organizationId, sequence } of rows) {
      await addNews(trx, { kind: 'ending', id, organizationId, sequence, reason: '', failed_at: null });
    }
    return rows.length;
  });
  if (count > 0) ctx.wake.news();
  return count;
}
