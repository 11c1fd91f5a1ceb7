import type { Verdict } from '@drippulse/providers';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';
import { maskProblem, storeError } from './problems.ts';
import { failConnection } from './transitions.ts';
import { providerOf } from './use-connection.ts';

/**
 * Minimum time between two writes of the same outcome by one process, because a connection may make thousands of calls.
 */
const quietMs = 60_000;
const remembered = 10_000;
/** The times at which this process last wrote each outcome of a connection. */
const written = new WeakMap<object, Map<string, number>>();

/** Classes of verdicts that concern the connection and not a single request. */
const ofConnection: ReadonlySet<Verdict['class']> = new Set([
  ...(['rate_limited', 'temporary', 'unknown', 'permission', 'credentials', 'operator'] as const),
]);

/**
 * Records the outcome of a call: the time of use, the last failure, and the end of a rate limit. Refused credentials
 * disable the connection once. A call whose credentials have been replaced in the meantime changes nothing.
 */
export async function recordOutcome(ctx: Context, connection: UsableConnection, verdict: Verdict): Promise<void> {
  if (!('problem' in verdict)) return noteUse(ctx, connection);
  if (!ofConnection.has(verdict.class)) return;
  const problem = maskProblem(providerOf(connection), connection.credentials, verdict.problem);
  if (verdict.class === 'credentials') {
    await failConnection(ctx, connection, problem);
    return;
  }
  const pauseMs = verdict.class === 'rate_limited' ? (verdict.retryAfterMs ?? 0) : 0;
  if (isQuiet(ctx, `${connection.id} ${connection.version} ${verdict.class} ${problem.code}`)) return;
  await sql`
    update connections
    set last_error = ${storeError(problem, ctx.clock.now())},
      rate_limited_until = case when ${pauseMs} > 0 then clock_timestamp() + ${pauseMs} * interval '1 ms'
        else rate_limited_until end
    where id = ${connection.id} and organization_id = ${connection.organizationId}
      and version = ${connection.version}`.execute(ctx.db.kysely);
  forgetUse(ctx, connection);
}

async function noteUse(ctx: Context, connection: UsableConnection): Promise<void> {
  if (isQuiet(ctx, useOf(connection))) return;
  await sql`
    update connections set last_used_at = clock_timestamp(), last_error = null
    where id = ${connection.id} and organization_id = ${connection.organizationId}
      and version = ${connection.version}`.execute(ctx.db.kysely);
}

/** Lets the next success be written immediately, without the minimum time, so that it clears the failure. */
function forgetUse(ctx: Context, connection: UsableConnection): void {
  written.get(ctx.db)?.delete(useOf(connection));
}

function useOf({ id, version }: UsableConnection): string {
  return `${id} ok ${version}`;
}

function isQuiet({ db, clock }: Context, key: string): boolean {
  const own = written.get(db) ?? new Map<string, number>();
  written.set(db, own);
  const now = clock.now().getTime();
  const last = own.get(key);
  if (last !== undefined && now - last < quietMs) return true;
  if (own.size >= remembered) own.clear();
  own.set(key, now);
  return false;
}
