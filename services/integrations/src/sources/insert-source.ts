import { DomainError } from '@drippulse/errors';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { SourceColumns } from './columns.ts';
import type { SourceConfig } from './config/schemas.ts';
import { sealConfig } from './config/seal-config.ts';
import { type DataSourceRow, selectSources } from './rows.ts';
import { nextStart } from './schedule.ts';

const maxSources = 200;

type NewSource = { organizationId: bigint; mode: string; target: string; columns: SourceColumns; config: SourceConfig };

export async function insertSource(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, mode, target, columns, config }: NewSource,
): Promise<DataSourceRow> {
  await requireRoom(trx, { organizationId, mode });
  const { rows } = await sql<{ id: bigint }>`select nextval('data_sources_id_seq') as id`.execute(trx);
  const [{ id } = { id: 0n }] = rows;
  const now = ctx.clock.now();
  return trx
    .insertInto('data_sources')
    .values({
      ...columns,
      id,
      organization_id: organizationId,
      mode,
      type: config.type,
      target,
      ...sealConfig(ctx.sealer, { organizationId, id }, config),
      next_run_at: startOf(columns, now),
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Refuses a data source beyond the limit of its mode, so that test keys leave room for live data sources. Takes a lock,
 * which serializes concurrent counts.
 */
async function requireRoom(
  trx: Transaction<DB>,
  { organizationId, mode }: Pick<NewSource, 'organizationId' | 'mode'>,
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(current_schema() || ' data sources', ${organizationId}))`.execute(
    trx,
  );
  const { count } = await selectSources(trx, organizationId)
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('mode', '=', mode)
    .executeTakeFirstOrThrow();
  if (count < maxSources) return;
  const message = `An organization may have ${maxSources} ${mode} data sources.`;
  throw new DomainError('invalid', 'data_source_limit_reached', message);
}

/** Returns the next scheduled start of a data source; null without a schedule. */
export function startOf(
  {
    schedule_frequency: frequency,
    schedule_timezone: timezone,
  }: Pick<SourceColumns, 'schedule_frequency' | 'schedule_timezone'>,
  now: Date,
): Date | null {
  return frequency === null ? null : nextStart({ frequency, timezone: timezone ?? 'UTC' }, now);
}
