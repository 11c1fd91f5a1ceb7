import {
  type ContextKey,
  type ContextValues,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { fromConnectError } from './errors.ts';

/** The context key that marks a call whose response may be large. */
export const largeAnswerKey: ContextKey<boolean> = createContextKey(false, { description: 'large answer' });

/**
 * Returns the context values of a call whose response may be large. The call uses another connection than small calls,
 * because in a shared stream the responses of other calls would wait behind all its bytes.
 */
export function withLargeAnswer(): ContextValues {
  return createContextValues().set(largeAnswerKey, true);
}

/**
 * The size of the list that a caller accepts: `small` has at most 256 KiB of rows, `medium` at most 4 MiB, and `large`
 * has no such limit. The list takes one of the places for lists of its requested size.
 */
export type ListSize = (typeof listSizes)[number];

const listSizes = ['small', 'medium', 'large'] as const;

/** The metadata in which the gateway sends the requested list size to a service. */
export const listSizeMetadata = 'x-list-size';

/**
 * Returns the list size that a call accepts; undefined for a call that is not a client's list and therefore has no
 * limit.
 */
export function listSizeOf({ requestHeader }: Pick<HandlerContext, 'requestHeader'>): ListSize | undefined {
  const text = requestHeader.get(listSizeMetadata);
  return listSizes.find((size) => size === text);
}

const largeListReason = 'large_list';

/**
 * Makes the refusal of a list that is larger than its requested size. The caller then takes a place for a larger list
 * and repeats the call, so no client sees the refusal.
 */
export function largeListError(): DomainError {
  return new DomainError(
    'aborted',
    largeListReason,
    'The list is larger than this: ask for it with a place for larger ones.',
  );
}

export function isLargeListError(error: unknown): boolean {
  return fromConnectError(error).reason === largeListReason;
}
