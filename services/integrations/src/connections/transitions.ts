import type { Problem } from '@drippulse/providers';
import { appendAudit } from '@drippulse/service';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { addNews } from './news-jobs.ts';
import { storeError } from './problems.ts';

type Failing = { id: bigint; organizationId: bigint; version: bigint };

/**
 * Disables a connection with refused credentials until somebody reconnects it. A job that is added in the same
 * transaction creates the event and the mails. `version` is the version of the refused credentials. A connection with
 * newer credentials stays enabled. Returns whether this call disabled the connection.
 */
export async function failConnection(
  ctx: Context,
  connection: Failing,
  problem: Pick<Problem, 'code' | 'message'>,
): Promise<boolean> {
  const isFailed = await ctx.db.kysely
    .transaction()
    .setIsolationLevel('read committed')
    .execute((trx) => failIn(ctx, trx, connection, problem));
  if (!isFailed) return false;
  ctx.metrics.failed(problem.code);
  ctx.wake.news();
  return true;
}

/** Disables a connection within a transaction. After the commit, the caller must wake the loop that reports changes. */
export async function failIn(
  ctx: Context,
  trx: Transaction<DB>,
  { id, organizationId, version }: Failing,
  problem: Pick<Problem, 'code' | 'message'>,
): Promise<boolean> {
  const { rows } = await sql<{ sequence: bigint; failed_at: Date }>`
    update connections
    set status = 'disabled', status_reason = 'reconnect_required', failed_at = clock_timestamp(),
      last_error = ${storeError(problem, ctx.clock.now())}, sequence = sequence + 1,
      lease_owner = null, lease_until = null, refresh_started_at = null
    where id = ${id} and organization_id = ${organizationId} and status = 'active' and version = ${version}
    returning sequence, failed_at`.execute(trx);
  const [row] = rows;
  if (row === undefined) return false;
  await addNews(trx, { kind: 'failed', id, organizationId, reason: problem.code, ...row });
  await appendAudit(trx, {
    organizationId,
    name: 'integration_connection.disabled',
    resourceId: String(id),
    actor: { type: 'service', id: 'integrations' },
    before: { status: 'active', status_reason: null },
    after: { status: 'disabled', status_reason: 'reconnect_required' },
  });
  return true;
}

/**
 * Enables a connection that works again. If the connection had stopped working, reports that it works again. Returns
 * whether it had stopped. The caller must have locked the row `id`.
 */
export async function recoverIn(
  trx: Transaction<DB>,
  { id, organizationId, statusReason }: { id: bigint; organizationId: bigint; statusReason: string | null },
): Promise<boolean> {
  await sql`update connections set status = 'active', status_reason = null where id = ${id}`.execute(trx);
  if (statusReason !== 'reconnect_required') return false;
  const { rows } = await sql<{ sequence: bigint; failed_at: Date | null }>`
    update connections set sequence = sequence + 1 where id = ${id} returning sequence, failed_at`.execute(trx);
  const [row] = rows;
  if (row !== undefined) await addNews(trx, { kind: 'recovered', id, organizationId, reason: '', ...row });
  return true;
}
