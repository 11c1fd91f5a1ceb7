import type { Definition, EffectKind, EffectResult } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import type { Actor } from '@drippulse/rpc';
import type { EffectAdapters } from '../adapters/adapters.ts';
import type { Context } from '../context.ts';
import type { Permits } from '../messaging/index.ts';

/** One attempt of an effect. */
export type EffectCall = {
  /** Key of the effect, the same on automatic retries. */
  key: string;
  kind: EffectKind;
  /** The request that the engine rendered, read from the stored intent: the same on every attempt. */
  request: JsonObject;
  /** Time at which the effect was planned: the same on every attempt. */
  plannedAt: Date;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  mode: 'live' | 'test';
  /** The contact's address, reference and time zone. */
  email: string | null;
  leadRef: string | null;
  timezone: string;
  /** The version of the workflow that the enrollment is on. */
  definition: Definition;
  /** The number of workflows that led to this enrollment, each started by a change that the previous workflow made. */
  hops: number;
  /** Cause of the chain that the enrollment belongs to. */
  cause: string;
  attempt: number;
  /** Agent of the enrollment. */
  agentId: bigint | null;
  /** The actor that asked for the effect. Default: the workflow. */
  actor?: Actor;
  /** Aborts when the deadline of this attempt has passed. */
  signal: AbortSignal;
};

/**
 * The members of a sent mail that its step does not determine: sender and footer. Together with the request they give
 * the mail as sent.
 */
export type SentAs = {
  from?: string;
  reply_to?: string;
  postal_address?: string;
  /** Whether the mail had an unsubscribe link. */
  marketing: boolean;
};

/**
 * The result of an attempt, for the engine. `providerMessageId` is kept only in the row of the message, and `sentAs`
 * only in the row of the effect.
 */
export type EffectOutcome = EffectResult & { providerMessageId?: string; sentAs?: SentAs };

/** The members of the context that effects use. The mail server is not among them: only a permit gives access to it. */
export type EffectContext = Pick<Context, 'chains' | 'clients' | 'clock' | 'links' | 'performers'> & {
  adapters: Pick<EffectAdapters, 'http'>;
};

/** The context for effects of any kind. */
export type PerformContext = EffectContext & { permits: Permits };
