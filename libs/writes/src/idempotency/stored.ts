import {
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  getOption,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { Sealer } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { field as fieldOption } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Kysely, sql } from 'kysely';
import type { Scope } from './scope.ts';

/**
 * A key as stored. After the call, it has a response. While a durable call runs, it has an effect key and a lease. If a
 * key has neither a response nor an effect key, its response was erased.
 */
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

/**
 * Finds the row of a key, if it is at most 24 h old. Refuses a key that was used for a different request, and a key
 * whose response was erased.
 */
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
  if (row?.response === null && row.effect_key === null) {
    const message = 'The request was carried out. Its answer was erased, with a person whose data it contained.';
    throw new DomainError('failed_precondition', 'answer_erased', message);
  }
  return row;
}

/** Packs a response for storage: its bytes, sealed when it contains a credential, and its metadata. */
export function packResponse<I extends DescMessage, O extends DescMessage>(
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  response: MessageShape<O>,
  sealer: Sealer,
  scope: Scope,
): { bytes: Uint8Array; headers: string; sealed: boolean } {
  const plain = toBinary(method.output, response);
  const sealed = hasSecret(method.output);
  const bytes = sealed ? sealer.seal(plain, sealContext(scope)) : plain;
  return { bytes, headers: JSON.stringify([...call.responseHeader]), sealed };
}

/** Replays a stored response: its message and metadata, marked by `idempotent-replayed`. */
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

const withSecret = new WeakMap<DescMessage, boolean>();

function hasSecret(message: DescMessage): boolean {
  const known = withSecret.get(message);
  if (known !== undefined) return known;
  const has = reachesSecret(message, new Set());
  withSecret.set(message, has);
  return has;
}

/** Whether a message, or a message inside it, has a field marked `secret`. Messages may contain themselves. */
function reachesSecret(message: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some(
    (field) =>
      getOption(field, fieldOption).secret || (field.message !== undefined && reachesSecret(field.message, seen)),
  );
}
