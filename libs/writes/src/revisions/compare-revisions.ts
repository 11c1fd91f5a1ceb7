import { createContextKey, type HandlerContext, type Interceptor } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type Caller, ifMatchMetadata, pathRow } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { RowRevisions } from './lock-revision.ts';

type Compare = (trx: Transaction<never>, caller: Caller) => Promise<void>;

const compareKey = createContextKey<Compare | undefined>(undefined, { description: 'If-Match' });

/**
 * Leaves the comparison of `If-Match` to the transaction of the write (`transact`), in which the row is locked. For a
 * call without the header nothing is compared. A method whose kind has no entry in `revisions` fails for calls with the
 * header.
 */
export function compareRevisions<DB>(revisions: RowRevisions<DB>): Interceptor {
  return (next) => (request) => {
    const given = request.header.get(ifMatchMetadata);
    if (given === null || request.stream) return next(request);
    const { kind, id } = pathRow(request.method, request.message);
    const lock = revisions[kind];
    if (lock === undefined) throw new Error(`${request.method.toString()}: the service has no revision of ${kind}`);
    const expected = given.split(',');
    request.contextValues.set(compareKey, async (trx, caller) => {
      // The transaction belongs to the service that owns these rows.
      const revision = await lock(trx as unknown as Transaction<DB>, caller, id);
      // If the row is missing, the method itself reports it.
      if (revision !== undefined && !expected.includes(String(revision))) throw preconditionFailed();
    });
    return next(request);
  };
}

/**
 * Refuses the call as `precondition_failed` when it has `If-Match` and the row has another revision. The row stays
 * locked until the transaction ends. `transact` calls this function. A method that has effects before its transaction
 * first calls this function in a separate transaction.
 */
export async function requireRevision<DB>(call: HandlerContext, trx: Transaction<DB>, caller: Caller): Promise<void> {
  await call.values.get(compareKey)?.(trx as unknown as Transaction<never>, caller);
}

function preconditionFailed(): DomainError {
  return new DomainError('failed_precondition', 'precondition_failed', 'It was changed since you read it.');
}
