import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type Caller, requestIdOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { requireCustomer } from '../customers/rows.ts';
import { requireStripe } from '../stripe/account.ts';
import { away } from '../stripe/failures.ts';
import { attemptOperation } from './attempt-operation.ts';
import { type InputOf, type OperationKind, type OperationResult, readResult } from './operation.ts';
import type { OperationRow } from './rows.ts';

const addressHeader = 'x-client-address';

/**
 * Carries out a write to Stripe for a call. The operation is committed before anything is sent; if the process dies,
 * the operation is repeated with the same keys. An organization has one operation at a time, so two calls never create
 * two subscriptions. `key` is the same for repeats of the call.
 */
export async function runOperation<K extends OperationKind>(
  ctx: Context,
  call: HandlerContext,
  { caller, key, kind, input }: { caller: Caller; key: string; kind: K; input: InputOf<K> },
): Promise<OperationResult> {
  requireStripe(ctx);
  const begun = await begin(ctx, call, { caller, key, kind, input });
  if ('result' in begun) return begun.result;
  return attemptOperation(ctx, begun.operation);
}

type Begun = { operation: OperationRow } | { result: OperationResult };

/** Commits the operation with a lease, or takes over the operation that an earlier attempt of this call has stored. */
async function begin<K extends OperationKind>(
  ctx: Context,
  call: HandlerContext,
  o: { caller: Caller; key: string; kind: K; input: InputOf<K> },
): Promise<Begun> {
  const { caller, key, kind, input } = o;
  return ctx.db.kysely.transaction().execute(async (trx) => {
    // The lock serializes the calls of an organization.
    await requireCustomer(ctx, trx, caller.organizationId);
    const lease = sql<Date>`${ctx.dbNow} + ${ctx.config.leaseMs} * interval '1 ms'`;
    const { rows } = await sql<OperationRow & { is_leased: boolean }>`
      select *, coalesce(leased_until > ${ctx.dbNow}, false) as is_leased from operations
      where organization_id = ${caller.organizationId} and (status = 'pending' or key = ${key})`.execute(trx);
    const own = rows.find((row) => row.key === key);
    if (own?.status === 'done') return { result: readResult(own.result) };
    const pending = rows.find(({ status }) => status === 'pending');
    const text = JSON.stringify(input);
    if (pending !== undefined) {
      // An operation with more than one attempt has had no answer from Stripe yet, so Stripe is reported as
      // unavailable.
      if (pending.is_leased) throw pending.attempts > 1 ? away() : inProgress(pending === own);
      // A call with an equal request takes over the pending operation. A call with a different request is refused.
      if (pending !== own && (pending.kind !== kind || pending.input !== text)) throw away();
      const { rows: taken } = await sql<OperationRow>`
        update operations set fence = fence + 1, attempts = attempts + 1, leased_until = ${lease}
        where id = ${pending.id} returning *`.execute(trx);
      return { operation: firstOf(taken) };
    }
    const { rows: made } = await sql<OperationRow>`
      insert into operations (organization_id, key, kind, input, actor_type, actor_id, request_id, address, attempts,
        due_at, leased_until, fence, created_at)
      values (${caller.organizationId}, ${key}, ${kind}, ${text}::json, ${caller.actor.type}, ${caller.actor.id},
        ${requestIdOf(call) ?? ''}, ${call.requestHeader.get(addressHeader) ?? ''}, 1, ${lease}, ${lease}, 1, ${ctx.dbNow})
      on conflict (organization_id, key) do update
        set status = 'pending', error = null, finished_at = null, attempts = 1, due_at = ${lease}, leased_until = ${lease},
          fence = operations.fence + 1
      returning *`.execute(trx);
    return { operation: firstOf(made) };
  });
}

function firstOf([row]: OperationRow[]): OperationRow {
  if (row === undefined) throw new Error('the operation that was written was not returned');
  return row;
}

/**
 * Builds the refusal of a call while an operation is under way. If the call repeats the call that started the
 * operation, the refusal does not free the idempotency key.
 */
function inProgress(isRepeat: boolean): DomainError {
  const message = `${isRepeat ? 'This' : 'Another'} change of the subscription is under way.`;
  return new DomainError(isRepeat ? 'unavailable' : 'aborted', 'billing_in_progress', message, {
    retryAfterSeconds: 5,
  });
}
