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
 * The context values of a call whose answer may be large. It then has a connection that small calls do not use: within
 * a shared stream, the answers of others would wait behind all of its bytes.
 */
export function withLargeAnswer(): ContextValues {
  return createContextValues().set(largeAnswerKey, true);
}

/**
 * What the caller of a list takes: one whose rows have at most 256 KiB, at most 4 MiB, or as many as there are. It has
 * a place among lists of the size that it asks for.
 */
export type ListSize = (typeof listSizes)[number];

const listSizes = ['small', 'medium', 'large'] as const;

/** The metadata by which the gateway tells a service which list it takes. */
export const listSizeMetadata = 'x-list-size';

/** The list that a call takes; undefined of one that is no list of a client, and has no bound. */
export function listSizeOf({ requestHeader }: Pick<HandlerContext, 'requestHeader'>): ListSize | undefined {
  const text = requestHeader.get(listSizeMetadata);
  return listSizes.find((size) => size === text);
}

const largeListReason = 'large_list';

/**
 * The refusal of a list that is larger than it was asked for. Its caller takes another place and asks again, so no
 * client sees it.
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
