import type { EffectKind, EffectResult } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import type { Context } from '../context.ts';

/** One attempt of an effect. */
export type EffectCall = {
  /** The same on every automatic retry. */
  key: string;
  kind: EffectKind;
  /** The request that the engine rendered, read from the stored intent: the same on each attempt. */
  request: JsonObject;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  mode: 'live' | 'test';
  /** How many workflows led to this enrollment, each started by a change that the one before made. */
  hops: number;
  /** Cause of the chain that the enrollment belongs to. */
  cause: string;
  attempt: number;
  /** Aborts when the deadline of this attempt has passed. */
  signal: AbortSignal;
};

/** The result for the engine, and the provider's id, which only the row of the message keeps. */
export type EffectOutcome = EffectResult & { providerMessageId?: string };

/** The members of the context that effects use. */
export type EffectContext = Pick<Context, 'adapters' | 'chains' | 'clients' | 'clock'>;
