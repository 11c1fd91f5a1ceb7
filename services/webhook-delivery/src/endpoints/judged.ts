import type { Claimed } from '../deliveries/claimed.ts';
import type { DisabledReason, Health } from './health.ts';

/** An event to raise about an endpoint. `version` is the sequence number of the event. */
export type News = { version: bigint } & (
  | { kind: 'failing' | 'recovered' | 'disabled' }
  | { kind: 'exhausted'; delivery: Claimed }
);

/** The state of one endpoint after a group of results, and the actions that follow from them. */
export type Judged = {
  webhookId: bigint;
  health: Health;
  version: bigint;
  isActive: boolean;
  news: News[];
  disables?: DisabledReason;
  /** The time until which the event lane waits; null ends a wait, undefined leaves it unchanged. */
  openUntil?: Date | null;
};
