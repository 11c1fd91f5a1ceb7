import {
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  getOption,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { field as fieldOption } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Kysely, sql } from 'kysely';
import type { Sealer } from '../sealer.ts';
import type { Scope } from './scope.ts';

/** A key as stored: with a response once the effect is done, with a lease and an effect key while a durable one runs. */
export type StoredKey = {
  created_at: Date;
  fingerprint: Buffer;
  response: Buffer | null;
  response_headers: string | null;
  sealed: boolean;
  effect_key: string | null;
  fence: number;
  leased: boolean;
};

/** The row of a key that is not older than 24 h; refuses when it belongs to a request that differs. */
export async function findKey<DB>(trx: Kysely<DB>, scope: Scope): Promise<StoredKey | undefined> {
  const { rows } = await sql<StoredKey>`
    select created_at, fingerprint, response, response_headers, sealed, effect_key, fence,
           coalesce(locked_until > clock_timestamp(), false) as leased
    from idempotency_keys
    where organization_id = ${scope.organizationId} and rpc = ${scope.rpc} and key = ${scope.key}
      and created_at > now() - interval '24 hours'
    order by created_at desc
    limit 1`.execute(trx);
  const [row] = rows;
  if (row !== undefined && !row.fingerprint.equals(scope.fingerprint)) {
    const message = 'This Idempotency-Key was used for a different request.';
    throw new DomainError('invalid', 'idempotency_key_reused', message);
  }
  return row;
}

/** What of an answer is stored: its bytes, sealed when it holds a credential, and the metadata that went with it. */
export function packResponse<I extends DescMessage, O extends DescMessage>(
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  response: MessageShape<O>,
  sealer: Sealer,
  scope: Scope,
): { bytes: Uint8Array; headers: string; sealed: boolean } {
  const plain = toBinary(method.output, response);
  const sealed = holdsSecret(method.output);
  const bytes = sealed ? sealer.seal(plain, sealContext(scope)) : plain;
  return { bytes, headers: JSON.stringify([...call.responseHeader]), sealed };
}

/** Gives a stored answer again: the same message and metadata, marked as a repeat. */
export function replay<I extends DescMessage, O extends DescMessage>(
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  row: StoredKey & { response: Buffer },
  sealer: Sealer,
  scope: Scope,
): MessageShape<O> {
  const headers: [string, string][] = JSON.parse(row.response_headers ?? '[]');
  for (const [name, value] of headers) call.responseHeader.set(name, value);
  call.responseHeader.set('idempotent-replayed', 'true');
  const bytes = row.sealed ? sealer.open(row.response, sealContext(scope)) : row.response;
  return fromBinary(method.output, bytes);
}

function sealContext(scope: Scope): string {
  return `idempotency:${scope.organizationId}:${scope.rpc}:${scope.key}`;
}

const secretHolders = new WeakMap<DescMessage, boolean>();

function holdsSecret(message: DescMessage): boolean {
  const known = secretHolders.get(message);
  if (known !== undefined) return known;
  const holds = reachesSecret(message, new Set());
  secretHolders.set(message, holds);
  return holds;
}

/** Whether a message, or one inside it, has a field marked `secret`; messages may contain themselves. */
function reachesSecret(message: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some(
    (field) =>
      getOption(field, fieldOption).secret || (field.message !== undefined && reachesSecret(field.message, seen)),
  );
}
