import { createShares, type ShareLimits, type Shares } from '@drippulse/loops';
import { networkOf } from '../client-network.ts';
import type { Exchange } from './exchange.ts';
import { createUnreadAnswers, type UnreadAnswers } from './unread-answers.ts';

/** The amounts that one organization, and all together, may have in this process. */
export type HoldingLimits = Record<Exclude<keyof Holdings, 'unread'> | 'unreadBytes', ShareLimits>;

/** What requests hold while they are under way, by organization; by network where there is no credential. */
export type Holdings = {
  /** Uploads, from their first byte to their answer. */
  uploads: Shares;
  /** Bytes of uploads in files. */
  uploadBytes: Shares;
  /** Bytes of other bodies, in memory until their answer. */
  bodyBytes: Shares;
  /** Lists that are being made, by their weights. Further ones wait. */
  lists: Shares;
  /** Open streams of events, by credential. */
  streams: Shares;
  /** Bytes of answers that are made and not taken by their client. Further answers wait. */
  unread: UnreadAnswers;
};

// The bytes in memory fit into 512 MiB beside a process of 170 MiB: a body and an answer are there up to twice while they
// are converted.
const defaultLimits: HoldingLimits = {
  uploads: { ofEach: 4, ofAll: 32, least: 1 },
  uploadBytes: { ofEach: 1 << 30, ofAll: 2 ** 32, least: 1 << 20 },
  bodyBytes: { ofEach: 32 << 20, ofAll: 96 << 20, least: 1 << 20 },
  streams: { ofEach: 5, ofAll: 2000, least: 1 },
  lists: { ofEach: 16, ofAll: 256, least: 12 },
  unreadBytes: { ofEach: 32 << 20, ofAll: 96 << 20, least: 1 << 20 },
};
const listWaitMs = 10_000;
/** As long as a client may take nothing: by then the answers of those who do not read are gone. */
const unreadWaitMs = 15_000;

export function createHoldings(limits: Partial<HoldingLimits> = {}): Holdings {
  const { uploads, uploadBytes, bodyBytes, streams, lists, unreadBytes } = { ...defaultLimits, ...limits };
  return {
    uploads: createShares({ of: 'uploads', ...uploads }),
    uploadBytes: createShares({ of: 'bytes of uploads', ...uploadBytes }),
    bodyBytes: createShares({ of: 'bytes of requests', ...bodyBytes }),
    streams: createShares({ of: 'streams', ...streams }),
    lists: createShares({ of: 'lists', ...lists, waitMs: listWaitMs }),
    unread: createUnreadAnswers(
      createShares({ of: 'bytes of unread answers', ...unreadBytes, waitMs: unreadWaitMs }),
    ),
  };
}

/** Who holds what a request holds. */
export function holderOf({ authenticated, clientAddress }: Exchange): string {
  return authenticated === undefined
    ? `network ${networkOf(clientAddress)}`
    : String(authenticated.caller.organizationId);
}
