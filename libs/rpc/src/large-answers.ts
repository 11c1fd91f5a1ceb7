import {
  type ContextKey,
  type ContextValues,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { fromConnectError } from './errors.ts';

/** The context key of a call whose answer may be large. */
export const largeAnswerKey: ContextKey<boolean> = createContextKey(false, { description: 'large answer' });

/**
 * The context values of a call whose answer may be large. It then has a connection that small calls do not use: within a shared
 * stream, the answers of others would wait behind all of its bytes.
 */
export function withLargeAnswer(): ContextValues {
  return createContextValues().set(largeAnswerKey, true);
}

/** What the caller of a list takes: a small one only, or one of any size, for which it has a place. */
export type ListSize = 'small' | 'large';

/** The metadata by which the gateway tells a service which list it takes. */
export const listSizeMetadata = 'x-list-size';

/** The list that a call takes; undefined of one that is no list of a client, and has no bound. */
export function listSizeOf({ requestHeader }: Pick<HandlerContext, 'requestHeader'>): ListSize | undefined {
  const size = requestHeader.get(listSizeMetadata);
  return size === 'small' || size === 'large' ? size : undefined;
}

const largeListReason = 'large_list';

/** The refusal of a list that is not small. Its caller takes a place and asks again, so no client sees it. */
export function largeListError(): DomainError {
  return new DomainError('aborted', largeListReason, 'The list is large: ask for it with a place for large ones.');
}

export function isLargeListError(error: unknown): boolean {
  return fromConnectError(error).reason === largeListReason;
}
