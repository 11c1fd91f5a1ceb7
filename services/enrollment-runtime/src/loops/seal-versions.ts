import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { sealSteps } from '../definitions/sealed-steps.ts';

const everyMs = 3_600_000;
const sliceRows = 50;

/** Seals versions that were stored before steps were sealed, or by a process of that time during a rollout. */
export function startSealVersions(ctx: Context): Loop {
  return startLoop({
    name: 'seal versions',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async () => ((await sealSlice(ctx)) < sliceRows ? everyMs : 0),
  });
}

async function sealSlice({ db, sealer }: Context): Promise<number> {
  const rows = await db.kysely
    .selectFrom('workflow_versions')
    .select(['workflow_id', 'version', 'steps'])
    .where('is_masked', '=', false)
    .orderBy('workflow_id')
    .limit(sliceRows)
    .execute();
  for (const { workflow_id: workflowId, version, steps } of rows) {
    await db.kysely
      .updateTable('workflow_versions')
      .set(sealSteps(sealer, workflowId, steps))
      .where('workflow_id', '=', workflowId)
      .where('version', '=', version)
      .where('is_masked', '=', false)
      .execute();
  }
  return rows.length;
}
