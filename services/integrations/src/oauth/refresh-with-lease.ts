import { setTimeout as sleep } from 'node:timers/promises';
import { databaseNow, isInfrastructureError } from '@drippulse/db';
import type { Tokens } from '@drippulse/providers';
import { sql, type Transaction } from 'kysely';
import { credentialColumns, tokenEnds, withTokens } from '../connections/credential-columns.ts';
import { type Refusal, storeError } from '../connections/problems.ts';
import { failIn } from '../connections/transitions.ts';
import { openConnection, providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { UsableConnection } from '../usable-connection.ts';
import { askTokens } from './ask-tokens.ts';
import type { Lease } from './lease.ts';
import { refreshPauseMs } from './refresh-due.ts';

const storeAgainMs = 250;

type Outcome = { connection: UsableConnection } | { verdict: Refusal } | 'overtaken';

/**
 * Refreshes under a lease, and stores the result. Stores nothing if another process has got the lease, or if the
 * credentials have changed. If an answer is lost, repeats the request once with the same refresh token. A provider that
 * still accepts this token returns new tokens. With any other provider, the tokens are lost.
 */
export async function refreshWithLease(ctx: Context, connection: UsableConnection, lease: Lease): Promise<Outcome> {
  const provider = providerOf(connection);
  const { credentials } = connection;
  const refreshToken = credentials['refresh_token'] ?? '';
  const ask = () => askTokens(ctx, { provider, credentials }, { type: 'refresh_token', refreshToken });
  const first = await ask();
  const isLost = 'verdict' in first && first.verdict.class === 'unknown';
  const answer = isLost ? await ask() : first;
  if ('tokens' in answer) {
    const { tokens } = answer;
    const stored = await untilStored(ctx, () => storeTokens(ctx, connection, lease, tokens));
    ctx.metrics.refreshed(provider.key, stored === 'overtaken' ? 'overtaken' : 'ok');
    return stored;
  }
  const { verdict } = answer;
  ctx.metrics.refreshed(provider.key, verdict.class);
  if (verdict.class === 'credentials') return endConnection(ctx, connection, lease, verdict, isLost || lease.isRepeat);
  return (await giveBack(ctx, connection, lease, verdict)) ? { verdict } : 'overtaken';
}

/**
 * Retries `store` while the database is unavailable, for at most the duration of a lease. The old refresh token may
 * already be invalid, so losing the new tokens would end the connection. If an earlier try was committed although its
 * answer was lost, the version no longer matches.
 */
async function untilStored<T>({ config }: Context, store: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await store();
    } catch (error) {
      if (!isInfrastructureError(error) || performance.now() - startedAt > config.refreshLeaseMs) throw error;
      await sleep(storeAgainMs);
    }
  }
}

async function storeTokens(
  ctx: Context,
  connection: UsableConnection,
  { owner, version }: Lease,
  tokens: Tokens,
): Promise<{ connection: UsableConnection } | 'overtaken'> {
  const provider = providerOf(connection);
  const { id, organizationId } = connection;
  const credentials = withTokens(connection.credentials, tokens);
  const now = await databaseNow(ctx.db.kysely);
  const row = await ctx.db.kysely
    .updateTable('connections')
    .set({
      ...credentialColumns(ctx.sealer, connection, { provider, credentials }),
      ...tokenEnds(provider, credentials, { tokens, now }),
      ...(tokens.scopes && { granted_scopes: [...tokens.scopes] }),
      version: version + 1n,
      refreshed_at: now,
      ...noLease,
      refresh_failures: 0,
      refresh_not_before: null,
      last_error: null,
    })
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .where('version', '=', version)
    .where('lease_owner', '=', owner)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return 'overtaken';
  const read = openConnection(ctx, row);
  if ('unusable' in read) throw new Error(read.unusable);
  return read;
}

const noLease = { lease_owner: null, lease_until: null, refresh_started_at: null };

/** Disables a connection whose refresh token the provider no longer accepts. Only the first such call disables it. */
async function endConnection(
  ctx: Context,
  connection: UsableConnection,
  lease: Lease,
  verdict: Refusal,
  isInterrupted: boolean,
): Promise<Outcome> {
  const problem = isInterrupted
    ? {
        code: 'refresh_interrupted',
        message: `an answer to a refresh was lost, and the old token no longer counts: ${verdict.problem.message}`,
      }
    : verdict.problem;
  const isEnded = await ctx.db.kysely.transaction().execute(async (trx) => {
    if (!(await hasLease(trx, connection, lease))) return false;
    return failIn(ctx, trx, connection, problem);
  });
  if (!isEnded) return 'overtaken';
  ctx.metrics.failed(problem.code);
  ctx.wake.news();
  return { verdict: { ...verdict, problem } };
}

async function hasLease(trx: Transaction<DB>, { id }: UsableConnection, { owner, version }: Lease): Promise<boolean> {
  const { rows } = await sql`
    select from connections where id = ${id} and version = ${version} and lease_owner = ${owner} for update`.execute(
    trx,
  );
  return rows.length === 1;
}

/** Ends the lease after a transient failure. If an answer was lost, keeps `refresh_started_at` for the next refresh. */
async function giveBack(
  ctx: Context,
  { id }: UsableConnection,
  { owner, version, isRepeat }: Lease,
  verdict: Refusal,
): Promise<boolean> {
  const { rows } = await sql<{ refresh_failures: number }>`
    update connections
    set lease_owner = null, lease_until = null, refresh_failures = refresh_failures + 1,
      refresh_started_at = case when ${isRepeat || verdict.class === 'unknown'} then refresh_started_at end,
      last_error = ${storeError(verdict.problem, ctx.clock.now())}
    where id = ${id} and version = ${version} and lease_owner = ${owner}
    returning refresh_failures`.execute(ctx.db.kysely);
  const [row] = rows;
  if (row === undefined) return false;
  const asked = 'retryAfterMs' in verdict ? (verdict.retryAfterMs ?? 0) : 0;
  const pauseMs = Math.max(asked, refreshPauseMs(row.refresh_failures, ctx.random()));
  await sql`
    update connections set refresh_not_before = clock_timestamp() + ${pauseMs} * interval '1 ms'
    where id = ${id} and version = ${version}`.execute(ctx.db.kysely);
  return true;
}
