import { createShares, type ShareLimits, type Shares } from '@drippulse/loops';
import { networkOf } from '../client-network.ts';
import type { Exchange } from './exchange.ts';
import { createUnreadAnswers, type UnreadAnswers } from './unread-answers.ts';

/** What calls hold in memory while they are under way. */
export type Pool = {
  /** Bytes of bodies that are no uploads, until their answer. */
  bodyBytes: Shares;
  /** Small lists, until there is room for their answers among those that are unread. Further ones wait. */
  lists: Shares;
  /** Lists of up to 4 MiB, which wait for no larger ones. */
  mediumLists: LargerLists;
  largeLists: LargerLists;
  /** Bytes of answers that are made and not taken by their client. Further answers wait. */
  unread: UnreadAnswers;
};

/** Lists that are not small. Further ones wait. */
export type LargerLists = {
  /** Until there is room for their answers among those that are unread. */
  all: Shares;
  /** Those that are being made. No client that reads nothing keeps such a place. */
  inWork: Shares;
};

/** What requests hold while they are under way. */
export type Holdings = {
  /** Uploads, from their first byte to their answer. */
  uploads: Shares;
  /** Bytes of uploads in files. */
  uploadBytes: Shares;
  /** Open streams of events, by credential. */
  streams: Shares;
  /** The pool of calls with a credential, by organization. */
  organizations: Pool;
  /** The pool of calls without one, by network. Whoever fills it takes no room from any organization. */
  strangers: Pool;
};

type PoolLimits = Record<'bodyBytes' | 'lists' | 'unreadBytes', ShareLimits> &
  Record<'mediumLists' | 'largeLists', Record<keyof LargerLists, ShareLimits>>;

/** The amounts that one organization or network, and all together, may have in this process. */
export type HoldingLimits = PoolLimits &
  Record<'uploads' | 'uploadBytes' | 'streams', ShareLimits> & { strangers: Partial<PoolLimits> };

// The bytes in memory fit into 512 MiB beside a process of 170 MiB: a body and an answer are there up to twice while
// they are converted.
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
 * Strangers cost nothing to make, so what each network has whatever others have is little: the body of a login, which
 * is less than its connection takes.
 */
const strangerLimits: PoolLimits = {
  bodyBytes: { ofEach: 8 << 20, ofAll: 16 << 20, least: 4 << 10 },
  lists: { ofEach: 16, ofAll: 32 },
  mediumLists: { all: { ofEach: 1, ofAll: 4 }, inWork: { ofEach: 1, ofAll: 1 } },
  largeLists: { all: { ofEach: 1, ofAll: 2 }, inWork: { ofEach: 1, ofAll: 1 } },
  unreadBytes: { ofEach: 1 << 20, ofAll: 4 << 20 },
};
const listWaitMs = 10_000;
/** As long as a client may take nothing: by then the answers of those who do not read are gone. */
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

/** The pool that a request holds something of. */
export function poolOf(holdings: Holdings, { authenticated }: Exchange): Pool {
  return authenticated === undefined ? holdings.strangers : holdings.organizations;
}

/** Who holds what a request holds. */
export function holderOf({ authenticated, clientAddress }: Exchange): string {
  return authenticated === undefined
    ? `network ${networkOf(clientAddress)}`
    : String(authenticated.caller.organizationId);
}
