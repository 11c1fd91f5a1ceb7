import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { CallOptions } from '@connectrpc/connect';
import { encodeJson } from '@drippulse/json';
import { type Caller, causeMetadata, causeText, fromConnectError } from '@drippulse/rpc';
import { parseObject } from '../../enrollments/contact.ts';
import { callerOfCall } from '../caller-of-call.ts';
import type { EffectCall, EffectOutcome } from '../effect-call.ts';

/** Deadline of one write. */
export const crmTimeoutMs = 10_000;

/** Reasons for a refusal that may no longer apply at the next attempt. */
const passing: ReadonlySet<string> = new Set(['unavailable', 'aborted', 'resource_exhausted', 'internal']);

/**
 * Writes to the CRM in the name of the workflow. A retry has the same idempotency key, so the CRM returns its first
 * response again.
 */
export async function callCrm(
  call: EffectCall,
  write: (caller: Caller, options: CallOptions) => Promise<EffectOutcome>,
): Promise<EffectOutcome> {
  const caller = callerOfCall(call, 'live');
  const headers = { 'idempotency-key': call.key, [causeMetadata]: causeText(call) };
  const options = { signal: call.signal, timeoutMs: crmTimeoutMs, headers };
  try {
    return await write(caller, options);
  } catch (error) {
    const failure = fromConnectError(error);
    // This process or the CRM's process has run out of file descriptors or memory, so no attempt was made.
    if (failure.reason === 'busy') throw failure;
    const { kind, message, retryAfterSeconds } = failure;
    return {
      outcome: 'failed',
      error: `the CRM refused it: ${message}`,
      retryable: passing.has(kind),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
}

/** Returns the outcome of a write. The record becomes the step's output under the name of its type. */
export function written<D extends DescMessage>(
  verb: string,
  type: string,
  desc: D,
  record: (MessageShape<D> & { publicId: string }) | undefined,
): EffectOutcome {
  if (record === undefined) throw new Error(`the CRM answered without the ${type}`);
  const message = `${verb} ${type} ${record.publicId}`;
  return { outcome: 'succeeded', message, output: { [type]: parseObject(encodeJson(desc, record)) } };
}
