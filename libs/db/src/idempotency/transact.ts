import { setTimeout as sleep } from 'node:timers/promises';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { Idempotency } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { sql, type Transaction } from 'kysely';
import type { Database } from '../connection/connect.ts';
import { isTransactionConflict } from '../failures/failures.ts';
import type { Sealer } from '../sealer.ts';
import { lockKey } from './lock.ts';
import { type Scope, scopeOf, type TransactOptions } from './scope.ts';
import { findKey, packResponse, replay } from './stored.ts';

export type { TransactOptions } from './scope.ts';

const conflictTries = 5;

/**
 * Runs the write of one call in one transaction (read committed) and returns its response. `run` is called again after
 * a conflict of transactions, so it changes nothing outside the transaction except response headers.
 *
 * For a method with `IDEMPOTENCY_TRANSACTION` and a call with an `Idempotency-Key`, the same transaction stores the
 * key, the fingerprint of the request and the response for 24 h. A repeat gets the stored response and
 * `idempotent-replayed: true`; a different request with the key is refused as `idempotency_key_reused`; a call whose
 * key belongs to a call that still runs is refused as `idempotency_in_progress`. A refused request stores nothing.
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
  return retryConflicts(() =>
    context.db.kysely
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        if (scope === undefined) return create(method.output, await run(trx, caller));
        await lockKey(trx, scope);
        const stored = await findKey(trx, scope);
        if (stored?.response)
          return replay(call, method, { ...stored, response: stored.response }, context.sealer, scope);
        const response = create(method.output, await run(trx, caller));
        await storeKey(trx, scope, packResponse(call, method, response, context.sealer, scope));
        return response;
      }),
  );
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

async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await run();
    } catch (error) {
      if (failures >= conflictTries || !isTransactionConflict(error)) throw error;
      await sleep(Math.random() * 20 * 2 ** failures);
    }
  }
}
