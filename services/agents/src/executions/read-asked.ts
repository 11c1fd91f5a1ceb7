import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import { callerOf, causeOf, requestIdOf } from '@drippulse/rpc';
import { readObject } from '../json-objects.ts';
import type { Asked, ExecutionKind } from './asked.ts';

const maxInputBytes = 64 * 1024;

/** The members that requests for executions share. */
type GivenExecution = { id: bigint; idempotencyKey?: string | undefined; correlationId?: string | undefined };

/** Reads a request for an execution. `field` is the member of the request that contains the input. */
export function readAsked(
  request: GivenExecution,
  call: HandlerContext,
  { kind, field, input }: { kind: ExecutionKind; field: string; input: Uint8Array | undefined },
): Asked {
  const read = readObject(input, { field, maxBytes: maxInputBytes });
  const { idempotencyKey, correlationId } = request;
  refuseViolations([
    ...textProblems('idempotency_key', idempotencyKey),
    ...textProblems('correlation_id', correlationId),
    ...('violation' in read ? [read.violation] : []),
  ]);
  if ('violation' in read) throw new Error('an input with a violation was not refused');
  return {
    caller: callerOf(call),
    agentId: request.id,
    kind,
    input: read.value,
    inputText: read.text,
    key: idempotencyKey ?? headerKeyOf(call),
    correlationId: correlationId ?? requestIdOf(call),
    cause: causeOf(call),
  };
}

function textProblems(field: string, text: string | undefined): Violation[] {
  if (text === undefined || (text.length >= 1 && text.length <= 255)) return [];
  return [{ field, message: 'must have 1 to 255 characters', code: 'length' }];
}

/** Reads the header `Idempotency-Key`, with or without quotes. */
function headerKeyOf({ requestHeader }: HandlerContext): string | undefined {
  const header = requestHeader.get('idempotency-key');
  if (header === null) return undefined;
  if (!/^(?!""$)(?:"[!-~]{1,255}"|[!-~]{1,255})$/.test(header)) {
    const message = 'Idempotency-Key must have 1 to 255 visible ASCII characters, quoted or bare.';
    throw new DomainError('malformed', 'invalid_idempotency_key', message);
  }
  return /^"(.+)"$/.exec(header)?.[1] ?? header;
}
