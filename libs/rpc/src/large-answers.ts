import { type ContextKey, type ContextValues, createContextKey, createContextValues } from '@connectrpc/connect';

/** The context key of a call whose answer may be large. */
export const largeAnswerKey: ContextKey<boolean> = createContextKey(false, { description: 'large answer' });

/**
 * The context values of a call whose answer may be large. It then has a connection that small calls do not use: within a shared
 * stream, the answers of others would wait behind all of its bytes.
 */
export function withLargeAnswer(): ContextValues {
  return createContextValues().set(largeAnswerKey, true);
}
