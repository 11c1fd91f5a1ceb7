import { type ContextKey, createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { Caller } from './caller.ts';

/** Where the server interceptors leave the caller. */
export const callerKey: ContextKey<Caller | undefined> = createContextKey<Caller | undefined>(undefined, {
  description: 'caller',
});

/** The caller whose token came with the call. Throws when the interceptors of this library did not run. */
export function callerOf(call: HandlerContext): Caller {
  const caller = call.values.get(callerKey);
  if (!caller) throw new Error('the call has no caller: it is served without serverInterceptors');
  return caller;
}

/** The request id the call came with. */
export function requestIdOf(call: HandlerContext): string | undefined {
  return call.requestHeader.get('x-request-id') ?? undefined;
}
