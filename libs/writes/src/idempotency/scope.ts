import { createHash } from 'node:crypto';
import { type DescMessage, type DescMethodUnary, getOption, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { type Idempotency, rest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { type Caller, callerOf } from '@drippulse/rpc';

/**
 * The scope in which a key is unique, and the fingerprint of its request, which a repeat must match. Idempotency keys
 * sent with test API keys are separate from those of live callers: the stored `key` begins with the word `test` and a
 * space, which no header may contain.
 */
export type Scope = { organizationId: bigint; rpc: string; key: string; fingerprint: Buffer };

/**
 * `userOwned`: if true, equal requests of two users are treated as different. Set it for a method whose resource
 * belongs to the user.
 */
export type TransactOptions = { userOwned?: boolean };

/**
 * Returns the scope of a call; undefined when the call has no key, or its method does not have this kind of
 * idempotency.
 */
export function scopeOf<I extends DescMessage, O extends DescMessage>(
  call: HandlerContext,
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  idempotency: Idempotency,
  options: TransactOptions,
): Scope | undefined {
  const header = call.requestHeader.get('idempotency-key');
  if (header === null || getOption(method, rest).idempotency !== idempotency) return undefined;
  const caller = callerOf(call);
  return {
    organizationId: caller.organizationId,
    rpc: `${method.parent.typeName}/${method.name}`,
    key: caller.mode === 'test' ? `test ${readKey(header)}` : readKey(header),
    fingerprint: fingerprintOf(method, request, caller, options),
  };
}

/** Reads a key: 1–255 visible ASCII characters, with or without quotes, so that `"a"` and `a` are one key. */
function readKey(header: string): string {
  const text = header.trim();
  const key = /^".*"$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new DomainError(
    'malformed',
    'invalid_idempotency_key',
    'Idempotency-Key must be 1 to 255 visible ASCII characters.',
  );
}

function fingerprintOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  request: MessageShape<I>,
  caller: Caller,
  options: TransactOptions,
): Buffer {
  const owner = options.userOwned === true ? `${caller.actor.type}:${caller.actor.id}` : '';
  return createHash('sha256').update(`${caller.mode}\n${owner}\n`).update(toBinary(method.input, request)).digest();
}
