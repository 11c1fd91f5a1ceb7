import { type ContextKey, createContextKey, createContextValues, type HandlerContext } from '@connectrpc/connect';
import type { Caller } from './caller.ts';

/** The context key under which the server interceptors store the caller. */
export const callerKey: ContextKey<Caller | undefined> = createContextKey<Caller | undefined>(undefined, {
  description: 'caller',
});

/** Returns the caller whose token was sent with the call. Throws when the interceptors of this library did not run. */
export function callerOf(call: Pick<HandlerContext, 'values'>): Caller {
  const caller = call.values.get(callerKey);
  if (!caller) throw new Error('the call has no caller: it is served without serverInterceptors');
  return caller;
}

/**
 * Returns the call on behalf of another caller. It is for open methods, which have no caller of their own: once the
 * service has found the owner of the resource, it acts as this owner.
 */
export function actingAs(call: HandlerContext, caller: Caller): HandlerContext {
  return { ...call, values: createContextValues().set(callerKey, caller) };
}

/** Returns the request id of the call. */
export function requestIdOf(call: HandlerContext): string | undefined {
  return call.requestHeader.get('x-request-id') ?? undefined;
}
