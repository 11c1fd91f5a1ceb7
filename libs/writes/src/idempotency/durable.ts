import { randomUUID } from 'node:crypto';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { type Database, isInfrastructureError, type Sealer } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { Idempotency } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import { inProgress, lockKey } from './lock.ts';
import { type Scope, scopeOf, type TransactOptions } from './scope.ts';
import { findKey, packResponse, replay, type StoredKey } from './stored.ts';

/**
 * Work outside the database. Every run for one key gets the same `effectKey`. Pass the key on, so that a repeat is
 * recognized.
 */
export type Effect<O extends DescMessage> = (effectKey: string, caller: Caller) => Promise<MessageInitShape<O>>;

type Claim = { effectKey: string; createdAt: Date; fence: number };

/**
 * Runs an effect that cannot be part of a transaction, once for each `Idempotency-Key` of a method with
 * `IDEMPOTENCY_DURABLE`. A row with a lease and an effect key is committed before the effect starts. A repeat gets the
 * stored response. During the lease, a repeat is refused as `idempotency_in_progress`. After a crash the lease expires,
 * and a repeat runs with the effect key of the first run. A refusal (any DomainError except `unavailable`) frees the
 * key. The lease must outlast the effect.
 */
export async function durable<I extends DescMessage, O extends DescMessage, DB>(
  context: { db: Database<DB>; sealer: Sealer },
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  effect: Effect<O>,
  options: TransactOptions & { leaseSeconds: number },
): Promise<MessageShape<O>> {
  const { db, sealer } = context;
  const caller = callerOf(call);
  const scope = scopeOf(call, method, request, Idempotency.DURABLE, options);
  if (scope === undefined) return create(method.output, await effect(randomUUID(), caller));

  const claimed = await claimKey(db, scope, options.leaseSeconds);
  if ('stored' in claimed) return replay(call, method, claimed.stored, sealer, scope);
  let response: MessageShape<O>;
  try {
    response = create(method.output, await effect(claimed.effectKey, caller));
  } catch (error) {
    await releaseKey(db, scope, claimed, error instanceof DomainError && !isInfrastructureError(error));
    throw error;
  }
  await finishKey(db, scope, claimed, packResponse(call, method, response, sealer, scope));
  return response;
}

async function claimKey<DB>(
  db: Database<DB>,
  scope: Scope,
  leaseSeconds: number,
): Promise<Claim | { stored: StoredKey & { response: Buffer } }> {
  return db.kysely.transaction().execute(async (trx) => {
    await lockKey(trx, scope);
    const stored = await findKey(trx, scope);
    if (stored?.response) return { stored: { ...stored, response: stored.response } };
    if (stored?.leased) throw inProgress();
    const lease = sql`clock_timestamp() + make_interval(secs => ${leaseSeconds})`;
    const { rows } = stored
      ? await sql<ClaimRow>`
          update idempotency_keys set locked_until = ${lease}, fence = fence + 1
          where ${rowOf(scope, stored.created_at)}
          returning effect_key, created_at, fence`.execute(trx)
      : await sql<ClaimRow>`
          insert into idempotency_keys (organization_id, rpc, key, created_at, fingerprint, effect_key, locked_until)
          values (${scope.organizationId}, ${scope.rpc}, ${scope.key}, date_trunc('milliseconds', now()),
                  ${scope.fingerprint}, ${randomUUID()}, ${lease})
          returning effect_key, created_at, fence`.execute(trx);
    const [row] = rows;
    if (row === undefined) throw new Error('the idempotency row disappeared while it was locked');
    return { effectKey: row.effect_key, createdAt: row.created_at, fence: row.fence };
  });
}

type ClaimRow = { effect_key: string; created_at: Date; fence: number };

async function finishKey<DB>(
  db: Database<DB>,
  scope: Scope,
  claim: Claim,
  packed: { bytes: Uint8Array; headers: string; sealed: boolean },
): Promise<void> {
  await sql`
    update idempotency_keys
    set response = ${Buffer.from(packed.bytes)}, response_headers = ${packed.headers}, sealed = ${packed.sealed},
        locked_until = null
    where ${rowOf(scope, claim.createdAt)} and fence = ${claim.fence}`.execute(db.kysely);
}

/**
 * Frees the key after a failure. Deletes the row of the key when the request was refused; otherwise keeps it with its
 * effect key.
 */
async function releaseKey<DB>(db: Database<DB>, scope: Scope, claim: Claim, refused: boolean): Promise<void> {
  const row = sql`${rowOf(scope, claim.createdAt)} and fence = ${claim.fence}`;
  await (refused
    ? sql`delete from idempotency_keys where ${row}`
    : sql`update idempotency_keys set locked_until = null where ${row}`
  ).execute(db.kysely);
}

/**
 * Selects the row of a durable call. `created_at` is stored in whole milliseconds, so that a Date identifies the row.
 */
function rowOf(scope: Scope, createdAt: Date) {
  return sql`organization_id = ${scope.organizationId} and rpc = ${scope.rpc} and key = ${scope.key}
    and created_at = ${createdAt}`;
}
