import { appendEvents, topicOf } from '@drippulse/events';
import { IntegrationEventSchema } from '@drippulse/proto/drippulse/integrations/v1/events_pb';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { SourceFailureCode } from '../sources/failure.ts';
import { fingerprintOf } from '../sources/fingerprint.ts';
import { type RunRow, seenRows } from './rows.ts';
import { runToProto } from './to-proto.ts';

const topic = topicOf(IntegrationEventSchema);

/**
 * Number of consecutive failures that pause a schedule. More failures would only burden the source and produce events.
 */
const pausedAfter = 10;

/** The end of a run. */
export type End =
  | {
      status: 'completed' | 'completed_with_errors';
      position: string | null;
      columns: readonly string[];
      warnings: readonly string[];
    }
  | { status: 'cancelled' }
  | { status: 'failed'; code: SourceFailureCode; message: string };

/** Ends a run in the transaction of its last slice: updates the run and its data source, and publishes the event. */
export async function finishRun(ctx: Context, trx: Transaction<DB>, run: RunRow, end: End): Promise<void> {
  const now = ctx.clock.now();
  const failure = end.status === 'failed' ? { error_code: end.code, error: end.message } : {};
  const ended = await trx
    .updateTable('data_source_runs')
    .set({
      status: end.status,
      ...failure,
      // Does not count rows that were read but will not be written.
      rows_read: seenRows(run),
      ...('warnings' in end && { progress: 1, warnings: [...run.warnings, ...end.warnings] }),
      config: null,
      data_key: null,
      finished_at: now,
      sequence: run.sequence + 1n,
    })
    .where('id', '=', run.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await trx.deleteFrom('source_batches').where('run_id', '=', run.id).execute();
  await trx
    .deleteFrom('source_files')
    .where('organization_id', '=', run.organization_id)
    .where('data_source_id', '=', run.data_source_id)
    .where('run_id', '=', run.id)
    .execute();
  const isPaused = await noteAtSource(ctx, trx, { ...ended, config: run.config }, end);
  if (end.status !== 'cancelled') await announce(trx, ended, isPaused);
  ctx.metrics.runEnded(ended);
}

/**
 * Updates the data source, and returns whether this end paused the schedule. If the data source was changed during the
 * run, its settings were sealed again. Then the position of this run is discarded, so that the next run reads
 * everything.
 */
async function noteAtSource(ctx: Context, trx: Transaction<DB>, run: RunRow, end: End): Promise<boolean> {
  const source = await trx
    .selectFrom('data_sources')
    .select(['id', 'config', 'failures_in_a_row', 'schedule_frequency', 'schedule_paused_at'])
    .where('organization_id', '=', run.organization_id)
    .where('id', '=', run.data_source_id)
    .forUpdate()
    .executeTakeFirst();
  if (source === undefined || end.status === 'cancelled') return false;
  const update = trx.updateTable('data_sources').where('id', '=', source.id);
  if (end.status !== 'failed') {
    const seen = end.columns.length > 0 && {
      columns: JSON.stringify(end.columns),
      header_fingerprint: fingerprintOf(end.columns),
    };
    const isSame = run.config !== null && source.config.equals(run.config);
    const position = !run.is_dry &&
      isSame && {
        position: end.position,
        ...(end.position === null && { last_read: run.rows_read }),
      };
    await update.set({ failures_in_a_row: 0, ...seen, ...position }).execute();
    return false;
  }
  if (run.trigger !== 'schedule') return false;
  const failures = source.failures_in_a_row + 1;
  const pauses = failures >= pausedAfter && source.schedule_paused_at === null;
  await update
    .set({ failures_in_a_row: failures, ...(pauses && { schedule_paused_at: ctx.clock.now(), next_run_at: null }) })
    .execute();
  return pauses;
}

async function announce(trx: Transaction<DB>, run: RunRow, schedulePaused: boolean): Promise<void> {
  const dataSourceRun = runToProto(run);
  await appendEvents(trx, topic, [
    {
      organizationId: run.organization_id,
      sequence: run.sequence,
      aggregate: `data_source_run:${run.id}`,
      payload:
        run.status === 'failed'
          ? { case: 'dataSourceRunFailed', value: { dataSourceRun, schedulePaused } }
          : { case: 'dataSourceRunCompleted', value: { dataSourceRun } },
    },
  ]);
}
