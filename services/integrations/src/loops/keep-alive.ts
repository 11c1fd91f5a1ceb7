import { DomainError } from '@drippulse/errors';
import { type Loop, startLoop } from '@drippulse/loops';
import { providers } from '@drippulse/providers';
import { sql } from 'kysely';
import { type ConnectionRow, findConnection } from '../connections/rows.ts';
import { openConnection } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import { freshCredentials } from '../oauth/fresh-credentials.ts';

const everyMs = 600_000;
const sliceRows = 20;
/** Time in hours for which a process reserves an idle connection, whether or not the refresh succeeds. */
const pauseHours = 6;

/**
 * Refreshes idle connections after a third of the time after which their provider would end them. The refresh sets
 * `refreshed_at`. `kept_at` excludes the connection from other processes and from the next run.
 */
export function startKeepAlive(ctx: Context): Loop {
  return startLoop({
    name: 'keep connections alive',
    log: ctx.log,
    maxIdleMs: everyMs,
    run: async (signal) => ((await keepSlice(ctx, signal)) < sliceRows ? everyMs : 0),
  });
}

async function keepSlice(ctx: Context, signal: AbortSignal): Promise<number> {
  const rows = await dueRows(ctx);
  for (const row of rows) {
    if (signal.aborted) break;
    await keep(ctx, row);
  }
  return rows.length;
}

/**
 * Refreshes one connection. Ignores a connection that has been deleted, so that the rest of the slice is not delayed.
 */
async function keep(ctx: Context, row: Idle): Promise<void> {
  try {
    const read = openConnection(ctx, await findConnection(ctx.db.kysely, row.organization_id, row.id));
    if ('connection' in read) await freshCredentials(ctx, read.connection, { refusedVersion: read.connection.version });
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error;
  }
}

type Idle = Pick<ConnectionRow, 'id' | 'organization_id'>;

/** Reserves idle connections for this run, and returns them. */
async function dueRows({ db }: Context): Promise<Idle[]> {
  const idle = providers.flatMap(({ key, oauth }) =>
    oauth?.idleDays === undefined ? [] : [[key, oauth.idleDays] as const],
  );
  if (idle.length === 0) return [];
  const days = sql.join(idle.map(([key, day]) => sql`(${key}::text, ${day}::float8)`));
  const { rows } = await sql<Idle>`
    update connections set kept_at = clock_timestamp()
    where id in (
      select connections.id from connections join (values ${days}) as idle (provider, days) using (provider)
      where status = 'active' and coalesce(refreshed_at, created_at) < clock_timestamp() - days / 3 * interval '1 day'
        and (kept_at is null or kept_at < clock_timestamp() - ${pauseHours} * interval '1 hour')
      order by connections.id limit ${sliceRows} for update of connections skip locked)
    returning id, organization_id`.execute(db.kysely);
  return rows;
}
