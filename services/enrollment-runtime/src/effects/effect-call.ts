import type { EffectKind, EffectResult } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import type { Context } from '../context.ts';

/** One attempt of an effect. */
export type EffectCall = {
  /** The same on every automatic retry. */
  key: string;
  kind: EffectKind;
  /** Rendered by the engine and read from the stored intent: the same on each attempt. */
  request: JsonObject;
  organizationId: bigint;
  workflowId: bigint;
  enrollmentId: bigint;
  stepId: string;
  mode: 'live' | 'test';
  /** Workflows of which each was started by what the one before did, up to the start of this enrollment. */
  hops: number;
  attempt: number;
  /** Fires when the time for this attempt is over. */
  signal: AbortSignal;
};

/** What the engine is told, and what only the row of the message keeps. */
export type EffectOutcome = EffectResult & { providerMessageId?: string };

/** What effects need of the service. */
export type EffectContext = Pick<Context, 'adapters' | 'clients' | 'clock'>;
