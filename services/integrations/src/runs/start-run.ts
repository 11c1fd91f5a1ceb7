import { addJob } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { findUpload } from '../sources/readers/store-file.ts';
import type { DataSourceRow } from '../sources/rows.ts';
import { activeStatuses, type RunRow } from './rows.ts';
import { packSettings } from './settings.ts';

/** The kind of jobs that process runs. */
export const runJobs = 'data_source_run';

const maxActive = 20;

export type NewRun = {
  trigger: 'manual' | 'schedule';
  isDry: boolean;
  confirmsArchive: boolean;
  actor: { type: string; id: string };
};

/**
 * Queues a run of a locked data source. Returns undefined while another run of the data source is active, as the unique
 * key shows. The run copies the current settings, including the sealed ones, so that a later change does not mix two
 * mappings.
 */
export async function startRun(
  ctx: Context,
  trx: Transaction<DB>,
  source: DataSourceRow,
  { trigger, isDry, confirmsArchive, actor }: NewRun,
): Promise<RunRow | undefined> {
  const { organization_id, id: data_source_id, mode, config, data_key } = source;
  const owner = { organizationId: organization_id, sourceId: data_source_id };
  const file = source.type === 'csv' ? await findUpload(trx, owner) : undefined;
  const run = await trx
    .insertInto('data_source_runs')
    .values({
      organization_id,
      data_source_id,
      mode,
      status: 'queued',
      trigger,
      is_dry: isDry || mode === 'test',
      confirms_archive: confirmsArchive,
      actor_type: actor.type,
      actor_id: actor.id,
      settings: packSettings(source, file?.id),
      config,
      data_key,
      created_at: ctx.clock.now(),
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'data_source_id']).where('status', 'in', activeStatuses).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  if (run === undefined) return undefined;
  const input = JSON.stringify({ run_id: String(run.id) });
  const job = await addJob(trx, { organizationId: organization_id, kind: runJobs, input, total: 0n });
  await trx.updateTable('data_source_runs').set({ job_id: job.id }).where('id', '=', run.id).execute();
  return { ...run, job_id: job.id };
}

/** Refuses a run of an organization with too many active runs. */
export async function requireRoom(db: Kysely<DB>, organizationId: bigint): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' runs', ${organizationId}))`.execute(db);
  const active = await db
    .selectFrom('data_source_runs')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('status', 'in', activeStatuses)
    .limit(maxActive)
    .execute();
  if (active.length < maxActive) return;
  const message = `At most ${maxActive} runs of an organization may be under way at a time.`;
  throw new DomainError('resource_exhausted', 'too_many_runs', message, { retryAfterSeconds: 60 });
}
