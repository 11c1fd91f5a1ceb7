import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '@drippulse/providers';
import type { Refusal } from '../connections/problems.ts';
import { readError } from '../connections/problems.ts';
import { type ConnectionRow, findConnection } from '../connections/rows.ts';
import { openConnection, providerOf } from '../connections/use-connection.ts';
import type { Context } from '../context.ts';
import type { Fresh, UsableConnection } from '../usable-connection.ts';
import { holdLease } from './lease.ts';
import { refreshDueAt, spreadOf } from './refresh-due.ts';
import { refreshWithLease } from './refresh-with-lease.ts';

/** Maximum wait for a refresh by another process. After this time, the call is postponed. */
const longestWaitMs = 20_000;

/**
 * Returns the connection with a valid access token. A token that ends soon or was refused (`refusedVersion`) is
 * refreshed once for all processes. The refreshing process has a lease in the row. Other processes use the old token
 * while it is valid, and otherwise wait. The refresh continues if the caller stops waiting, and a process that stops
 * first waits for its refreshes.
 */
export async function freshCredentials(
  ctx: Context,
  connection: UsableConnection,
  { refusedVersion }: { refusedVersion?: bigint } = {},
): Promise<Fresh> {
  const isForced = refusedVersion !== undefined;
  if (isForced ? connection.version > refusedVersion : !mayBeDue(ctx, connection)) return { connection };
  const fresh = await (ctx.refreshes.get(connection.id) ?? refresh(ctx, connection, isForced));
  // A refresh that began for another caller may have regarded the refused token as valid and kept it. In this case a
  // new refresh is needed.
  const isEnough = 'verdict' in fresh || !isForced || fresh.connection.version > refusedVersion;
  return isEnough ? fresh : refresh(ctx, connection, isForced);
}

/**
 * Returns the more informative verdict: the provider's refusal if there is nothing to renew, or else the verdict on the
 * renewal.
 */
export function tellingOf(refusal: Verdict, renewal: Verdict): Verdict {
  return 'problem' in renewal && renewal.problem.code === 'no_refresh_token' ? refusal : renewal;
}

/** Whether the row must be read again, because the access token is missing or due for a refresh. */
function mayBeDue(
  ctx: Context,
  { credentials, tokenExpiresAt, refreshedAt, id, version, provider }: UsableConnection,
): boolean {
  if (providerOf({ provider }).oauth === undefined || credentials['refresh_token'] === undefined) return false;
  if (credentials['access_token'] === undefined) return true;
  if (tokenExpiresAt === null || tokenExpiresAt === undefined) return false;
  const issuedAt = refreshedAt ?? new Date(0);
  return ctx.clock.now() >= refreshDueAt({ issuedAt, expiresAt: tokenExpiresAt, spread: spreadOf({ id, version }) });
}

/** Refreshes a connection once for all concurrent callers of this process. */
function refresh(ctx: Context, connection: UsableConnection, isForced: boolean): Promise<Fresh> {
  const started = takeTurn(ctx, connection, isForced).finally(() => {
    if (ctx.refreshes.get(connection.id) === started) ctx.refreshes.delete(connection.id);
  });
  ctx.refreshes.set(connection.id, started);
  return started;
}

async function takeTurn(ctx: Context, connection: UsableConnection, isForced: boolean): Promise<Fresh> {
  const startedAt = performance.now();
  for (let waits = 0; ; waits += 1) {
    const row = await findConnection(ctx.db.kysely, connection.organizationId, connection.id);
    if (row.status !== 'active') return { verdict: disabled(row) };
    if (row.version > connection.version) {
      if (waits > 0) ctx.metrics.waitedForRefresh((performance.now() - startedAt) / 1_000);
      return opened(ctx, row);
    }
    const read = openConnection(ctx, row);
    if ('unusable' in read) return { verdict: unopened(read.unusable) };
    const own = read.connection;
    if (own.credentials['refresh_token'] === undefined) return { verdict: noRefreshToken(row) };
    const isAlive = !isForced && lives(ctx, own);
    const pausedMs = (row.refresh_not_before?.getTime() ?? 0) - ctx.clock.now().getTime();
    if (pausedMs > 0) return isAlive ? { connection: own } : { verdict: paused(row, pausedMs) };
    const lease = await holdLease(ctx, own);
    if (lease !== undefined) {
      const result = await refreshWithLease(ctx, own, lease);
      // Another process got the lease before the answer was stored, or somebody changed the credentials.
      if (result === 'overtaken') continue;
      if ('verdict' in result && isAlive && result.verdict.class !== 'credentials') return { connection: own };
      return result;
    }
    if (isAlive) return { connection: own };
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > longestWaitMs) {
      ctx.metrics.waitedForRefresh(waitedMs / 1_000);
      return { verdict: stillUnderWay() };
    }
    await sleep(40 + 40 * ctx.random());
  }
}

function lives(ctx: Context, { credentials, tokenExpiresAt }: UsableConnection): boolean {
  if (credentials['access_token'] === undefined || tokenExpiresAt === null || tokenExpiresAt === undefined)
    return false;
  return tokenExpiresAt > ctx.clock.now();
}

function opened(ctx: Context, row: ConnectionRow): Fresh {
  const read = openConnection(ctx, row);
  return 'unusable' in read ? { verdict: unopened(read.unusable) } : read;
}

function unopened(message: string): Refusal {
  return { class: 'operator', problem: { code: 'credentials_unreadable', message } };
}

function disabled({ id, status_reason: reason }: ConnectionRow): Refusal {
  const message = `connection ${id} is disabled${reason === 'reconnect_required' ? ': it has to be connected anew' : ''}`;
  return { class: 'credentials', problem: { code: 'connection_disabled', message } };
}

function noRefreshToken({ id }: ConnectionRow): Refusal {
  const message = `the access token of connection ${id} is refused, and there is no refresh token`;
  return { class: 'credentials', problem: { code: 'no_refresh_token', message } };
}

function paused({ last_error: text }: ConnectionRow, retryAfterMs: number): Refusal {
  const { code, message } = readError(text) ?? { code: 'refresh_failed', message: 'the token could not be refreshed' };
  return { class: 'temporary', problem: { code, message }, retryAfterMs };
}

function stillUnderWay(): Refusal {
  const message = 'another process has been refreshing the token for too long';
  return { class: 'temporary', problem: { code: 'refresh_in_progress', message }, retryAfterMs: 5_000 };
}
