import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { sealTarget } from '../webhooks/target.ts';

const everyMs = 3_600_000;
const sliceRows = 50;

/** Seals the URLs of webhooks that were stored before URLs were sealed, or by a process of that time during a rollout. */
export function startSealTargets(ctx: Context): Loop {
  return startLoop({
    name: 'seal targets',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async () => ((await sealSlice(ctx)) < sliceRows ? everyMs : 0),
  });
}

async function sealSlice({ db, sealer }: Context): Promise<number> {
  const rows = await db.kysely
    .selectFrom('webhooks')
    .select(['id', 'url'])
    .where('is_masked', '=', false)
    .orderBy('id')
    .limit(sliceRows)
    .execute();
  for (const { id, url } of rows) {
    // Headers are sealed already.
    const { headers, sealed_headers, ...sealed } = sealTarget(sealer, id, { url, headers: {} });
    await db.kysely
      .updateTable('webhooks')
      .set(sealed)
      .where('id', '=', id)
      .where('url', '=', url)
      .where('is_masked', '=', false)
      .execute();
  }
  return rows.length;
}
