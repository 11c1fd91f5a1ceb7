import { createShares, type ShareLimits, type Shares } from '@drippulse/loops';
import { networkOf } from '../client-network.ts';
import type { Exchange } from './exchange.ts';
import { createUnreadAnswers, type UnreadAnswers } from './unread-answers.ts';

/** Memory that calls occupy while they are in progress. */
export type Pool = {
  /** Bytes of request bodies other than uploads. They count until the request has its response. */
  bodyBytes: Shares;
  /**
   * Maximum number of small lists under way. A list counts until its response fits into the room for unread responses.
   * Further lists wait.
   */
  lists: Shares;
  /** Limits of lists of up to 4 MiB. They do not wait for larger lists. */
  mediumLists: LargerLists;
  largeLists: LargerLists;
  /** Bytes of responses that are made and not yet read by their clients. Further responses wait. */
  unread: UnreadAnswers;
};

/** Numbers of medium or large lists. Further lists wait. */
export type LargerLists = {
  /** All lists of this size. Each list counts until its response has room among the unread responses. */
  all: Shares;
  /** Lists whose responses are being made. A client that does not read its responses occupies no place here. */
  inWork: Shares;
};

/** Resources that requests occupy while they are in progress. */
export type Holdings = {
  /** Uploads, from their first byte until their response. */
  uploads: Shares;
  /** Bytes of uploads that are stored in files. */
  uploadBytes: Shares;
  /** Open event streams, by credential. */
  streams: Shares;
  /** The pool of calls with a credential, by organization. */
  organizations: Pool;
  /**
   * Pool of calls without a credential, by network. It is separate, so that organizations keep their room when it is
   * full.
   */
  strangers: Pool;
};

type PoolLimits = Record<'bodyBytes' | 'lists' | 'unreadBytes', ShareLimits> &
  Record<'mediumLists' | 'largeLists', Record<keyof LargerLists, ShareLimits>>;

/** Maximum amounts that each organization or network, and all of them together, may occupy in this process. */
export type HoldingLimits = PoolLimits &
  Record<'uploads' | 'uploadBytes' | 'streams', ShareLimits> & { strangers: Partial<PoolLimits> };

// The bytes in memory fit into 512 MiB, together with the 170 MiB of the process. Up to two copies of a request body or
// a response exist while it is converted.
const defaultLimits: HoldingLimits = {
  uploads: { ofEach: 4, ofAll: 32, least: 1 },
  uploadBytes: { ofEach: 1 << 30, ofAll: 2 ** 32, least: 1 << 20 },
  streams: { ofEach: 5, ofAll: 2000, least: 1 },
  bodyBytes: { ofEach: 32 << 20, ofAll: 96 << 20, least: 1 << 20 },
  lists: { ofEach: 16, ofAll: 256, least: 1 },
  mediumLists: { all: { ofEach: 1, ofAll: 16 }, inWork: { ofEach: 1, ofAll: 4 } },
  largeLists: { all: { ofEach: 1, ofAll: 8 }, inWork: { ofEach: 1, ofAll: 1 } },
  unreadBytes: { ofEach: 32 << 20, ofAll: 96 << 20, least: 1 << 20, spare: 24 << 20 },
  strangers: {},
};
/**
 * Limits for clients without a credential. Such a client can use new networks at no cost, so the guaranteed amount for
 * each network is small: the size of a login's body, which is less memory than a connection takes.
 */
const strangerLimits: PoolLimits = {
  bodyBytes: { ofEach: 8 << 20, ofAll: 16 << 20, least: 4 << 10 },
  lists: { ofEach: 16, ofAll: 32 },
  mediumLists: { all: { ofEach: 1, ofAll: 4 }, inWork: { ofEach: 1, ofAll: 1 } },
  largeLists: { all: { ofEach: 1, ofAll: 2 }, inWork: { ofEach: 1, ofAll: 1 } },
  unreadBytes: { ofEach: 1 << 20, ofAll: 4 << 20 },
};
const listWaitMs = 10_000;
/**
 * This time equals the time for which a client may read nothing. After it, the responses to clients that do not read
 * have been dropped.
 */
const unreadWaitMs = 15_000;

export function createHoldings(given: Partial<HoldingLimits> = {}): Holdings {
  const limits = { ...defaultLimits, ...given };
  return {
    uploads: createShares({ of: 'uploads', ...limits.uploads }),
    uploadBytes: createShares({ of: 'bytes of uploads', ...limits.uploadBytes }),
    streams: createShares({ of: 'streams', ...limits.streams }),
    organizations: createPool(limits),
    strangers: createPool({ ...strangerLimits, ...limits.strangers }),
  };
}

function createPool({ bodyBytes, lists, mediumLists, largeLists, unreadBytes }: PoolLimits): Pool {
  return {
    bodyBytes: createShares({ of: 'bytes of requests', ...bodyBytes }),
    lists: createShares({ of: 'lists', ...lists, waitMs: listWaitMs }),
    mediumLists: createLargerLists(mediumLists),
    largeLists: createLargerLists(largeLists),
    unread: createUnreadAnswers(createShares({ of: 'bytes of unread answers', ...unreadBytes, waitMs: unreadWaitMs })),
  };
}

function createLargerLists({ all, inWork }: PoolLimits['largeLists']): LargerLists {
  const sharesOf = (limits: ShareLimits) => createShares({ of: 'large lists', ...limits, waitMs: listWaitMs });
  return { all: sharesOf(all), inWork: sharesOf(inWork) };
}

/** Returns the pool in which a request occupies resources. */
export function poolOf(holdings: Holdings, { authenticated }: Exchange): Pool {
  return authenticated === undefined ? holdings.strangers : holdings.organizations;
}

/** Returns the organization or network against whose limits a request counts. */
export function holderOf({ authenticated, clientAddress }: Exchange): string {
  return authenticated === undefined
    ? `network ${networkOf(clientAddress)}`
    : String(authenticated.caller.organizationId);
}
