import type { JsonObject } from '@drippulse/json';
import type { EffectCall, EffectContext, EffectOutcome } from './effect-call.ts';

/** How effects of one kind are carried out. */
export type EffectType = {
  /** Makes one attempt, outside of any transaction. Returns an outcome for every failure of the other side. */
  perform(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
  /**
   * The outcome for a test enrollment: says what a live one would do. It is given nothing to reach the network with.
   */
  describe(call: Pick<EffectCall, 'kind' | 'request'>): EffectOutcome;
  /** Whether a performance makes a record, which counts against the budget of the chain. */
  makesRecord: boolean;
  /** The place that the effect goes to. The effects in flight to one place are limited. */
  destination(request: JsonObject): string;
  /** The time within which an attempt has ended, whatever the other side does. */
  deadlineMs(request: JsonObject): number;
};
