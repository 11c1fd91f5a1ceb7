import type { Step } from '@drippulse/engine';
import { parseJson } from '@drippulse/json';
import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { sealSteps } from '../workflows/step-secrets.ts';

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
    // This service stored it as steps.
    const sealed = sealSteps(sealer, workflowId, parseJson(steps) as unknown as Step[]);
    await db.kysely
      .updateTable('workflow_versions')
      .set(sealed)
      .where('workflow_id', '=', workflowId)
      .where('version', '=', version)
      .where('is_masked', '=', false)
      .execute();
  }
  return rows.length;
}
