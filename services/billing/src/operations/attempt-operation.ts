import type { DomainError } from '@drippulse/errors';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { fetchNow } from '../customers/fetch-customer.ts';
import { markCustomers } from '../customers/rows.ts';
import { requireStripe } from '../stripe/account.ts';
import { type Failure, failureOf } from '../stripe/failures.ts';
import { isOperationKind, type OperationResult } from './operation.ts';
import { performers } from './performers.ts';
import type { Attempt, OperationRow } from './rows.ts';

/** Time after which an operation without a result is given up. Stripe keeps idempotency keys for longer than this. */
const abandonAfterHours = 20;

/**
 * Attempts an operation that this process has leased, and stores its outcome. If the first attempt certainly changed
 * nothing, the operation ends, so that nothing happens later that its caller no longer expects. If the operation may
 * have been done, it stays pending and is repeated until Stripe answers, for at most `abandonAfterHours`.
 */
export async function attemptOperation(ctx: Context, operation: OperationRow): Promise<OperationResult> {
  const { organization_id: organizationId } = operation;
  const attempt: Attempt = { ...operation, hasWritten: false };
  let result: OperationResult;
  try {
    if (!isOperationKind(operation.kind)) throw new Error(`there is no operation ${operation.kind}`);
    const client = await requireStripe(ctx).client();
    result = await performers[operation.kind](ctx, client, attempt);
  } catch (error) {
    const failure = failureOf(error);
    await settleFailure(ctx, attempt, failure);
    throw failure.refusal;
  }
  await settle(ctx, operation, result);
  await fetchNow(ctx, organizationId, 'write');
  return result;
}

/**
 * Stores that an operation is done, and marks the customer, so that the change is fetched even if this process dies
 * now.
 */
async function settle(ctx: Context, { id, organization_id: organizationId }: OperationRow, result: OperationResult) {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    // The customer is marked first, because a fetch that stores its state also locks the customer before the operation.
    await markCustomers(ctx, trx, { organizationId }, 'write');
    // The fence is not checked: Stripe has done the write, no matter which process attempted it.
    await sql`
      update operations
      set status = 'done', result = ${JSON.stringify(result)}::json, finished_at = ${ctx.dbNow}, leased_until = null
      where id = ${id} and status <> 'done'`.execute(trx);
  });
  ctx.metrics.operationEnded('done');
}

async function settleFailure(ctx: Context, operation: Attempt, { verdict, refusal }: Failure): Promise<void> {
  const isUnsent = verdict === 'unsent' || !operation.hasWritten;
  const isOver = verdict === 'refused' || (isUnsent && operation.attempts <= 1);
  if (isOver) return end(ctx, operation, 'refused', refusal);
  const ageMs = ctx.clock.now().getTime() - operation.created_at.getTime();
  if (ageMs > abandonAfterHours * 3_600_000) {
    ctx.log.error(
      { err: refusal, operation: String(operation.id) },
      'a write to Stripe was given up without an answer',
    );
    return end(ctx, operation, 'abandoned', refusal);
  }
  return putOff(ctx, operation, verdict);
}

async function end(
  ctx: Context,
  { id, fence, organization_id: organizationId }: OperationRow,
  status: 'refused' | 'abandoned',
  refusal: DomainError,
): Promise<void> {
  await ctx.db.kysely.transaction().execute(async (trx) => {
    await markCustomers(ctx, trx, { organizationId }, 'write');
    await sql`
      update operations
      set status = ${status}, error = ${refusal.reason}, finished_at = ${ctx.dbNow}, leased_until = null
      where id = ${id} and fence = ${fence} and status = 'pending'`.execute(trx);
  });
  ctx.metrics.operationEnded(status);
  ctx.wake.fetches();
}

const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Postpones an operation. The next generation has other keys, because Stripe repeats its own internal error for the
 * same key for a day.
 */
async function putOff(ctx: Context, operation: OperationRow, verdict: Failure['verdict']): Promise<void> {
  const { id, fence, attempts } = operation;
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(attempts - 1, 10), longestPauseMs);
  await sql`
    update operations
    set leased_until = null, due_at = ${ctx.dbNow} + ${pauseMs} * interval '1 ms',
      generation = generation + ${verdict === 'broken' ? 1 : 0}
    where id = ${id} and fence = ${fence} and status = 'pending'`.execute(ctx.db.kysely);
  ctx.metrics.operationEnded('put_off');
}
