import { createHash } from 'node:crypto';
import { DomainError } from '@drippulse/errors';
import { type Kysely, sql } from 'kysely';
import type { Scope } from './scope.ts';

/** Locks the key until the transaction ends. Refuses, without waiting, while another call has it locked. */
export async function lockKey<DB>(trx: Kysely<DB>, scope: Scope): Promise<void> {
  const hash = createHash('sha256').update(`${scope.organizationId}\n${scope.rpc}\n${scope.key}`).digest();
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(current_schema(), ${hash.readBigInt64BE()})) as locked`.execute(
    trx,
  );
  if (rows[0]?.locked !== true) throw inProgress();
}

/** Makes the error for a call whose key belongs to a call that still runs. */
export function inProgress(): DomainError {
  const message = 'A request with this Idempotency-Key is still running.';
  return new DomainError('aborted', 'idempotency_in_progress', message, { retryAfterSeconds: 1 });
}
