import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { type Database, retryConflicts, type Sealer, withCalls } from '@drippulse/db';
import { Idempotency } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import { requireRevision } from '../revisions/compare-revisions.ts';
import { watchWriteKey } from '../watch-write.ts';
import { lockKey } from './lock.ts';
import { type Scope, scopeOf, type TransactOptions } from './scope.ts';
import { findKey, packResponse, replay } from './stored.ts';

export type { TransactOptions } from './scope.ts';

/**
 * Runs the write of one call in one transaction (read committed) and returns its response. `run` is called again after
 * a conflict of transactions and after a `CallFirst`, so it changes nothing outside the transaction except response
 * headers.
 *
 * For a method with `IDEMPOTENCY_TRANSACTION` and a call with an `Idempotency-Key`, the same transaction stores the
 * key, the fingerprint of the request and the response for 24 h. A repeat gets the stored response and
 * `idempotent-replayed: true`; a different request with the key is refused as `idempotency_key_reused`; a call whose
 * key belongs to a call that still runs is refused as `idempotency_in_progress`. A refused request stores nothing.
 *
 * A watcher of the call's write (`watchWriteKey`), such as the audit trail, runs in the same transaction.
 *
 * With `If-Match` the row of the path is locked and its revision compared before `run`. A stored response is replayed
 * regardless of `If-Match`, because its write was carried out.
 */
export async function transact<I extends DescMessage, O extends DescMessage, DB>(
  context: { db: Database<DB>; sealer: Sealer },
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  run: (trx: Transaction<DB>, caller: Caller) => Promise<MessageInitShape<O>>,
  options: TransactOptions = {},
): Promise<MessageShape<O>> {
  const caller = callerOf(call);
  const scope = scopeOf(call, method, request, Idempotency.TRANSACTION, options);
  async function write(trx: Transaction<DB>): Promise<MessageShape<O>> {
    await requireRevision(call, trx, caller);
    const watched = await call.values.get(watchWriteKey)?.(trx as unknown as Transaction<never>, caller);
    const response = create(method.output, await run(trx, caller));
    await watched?.(response);
    return response;
  }
  const commit = () =>
    context.db.kysely
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        if (scope === undefined) return write(trx);
        await lockKey(trx, scope);
        const stored = await findKey(trx, scope);
        if (stored?.response)
          return replay(call, method, { ...stored, response: stored.response }, context.sealer, scope);
        const response = await write(trx);
        await storeKey(trx, scope, packResponse(call, method, response, context.sealer, scope));
        return response;
      });
  return withCalls(() => retryConflicts(commit));
}

async function storeKey<DB>(
  trx: Transaction<DB>,
  scope: Scope,
  packed: { bytes: Uint8Array; headers: string; sealed: boolean },
): Promise<void> {
  await sql`
    insert into idempotency_keys (organization_id, rpc, key, fingerprint, response, response_headers, sealed)
    values (${scope.organizationId}, ${scope.rpc}, ${scope.key}, ${scope.fingerprint},
            ${Buffer.from(packed.bytes)}, ${packed.headers}, ${packed.sealed})`.execute(trx);
}
