import type { Definition } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import type { Permit, SendRequest } from '../messaging/index.ts';
import type { EffectCall, EffectContext, EffectOutcome } from './effect-call.ts';

/** The behaviour of effects of one kind. */
export type EffectType = SystemEffect | SendingEffect | MixedEffect;

/** An effect that reaches only systems, not people. */
export type SystemEffect = Common & {
  sends?: undefined;
  /** Makes one attempt, outside of any transaction. Returns an outcome for every failure of the remote system. */
  perform(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
};

/**
 * An effect that reaches people. It takes a permit, which proves that suppressions and the organization's rules were
 * checked.
 */
export type SendingEffect = Common & {
  sends: 'people';
  /**
   * Makes one attempt with a permit. If the permit refuses the send, the refusal is the outcome, and no attempt is
   * made.
   */
  perform(ctx: EffectContext, call: EffectCall, permit: Permit): Promise<EffectOutcome>;
  /** Returns the people whom the effect reaches, and how it reaches them. */
  sendOf(request: JsonObject, definition: Definition, place: SendPlace): SendRequest;
};

/** An effect that reaches people or systems, depending on its request. */
export type MixedEffect = Common & {
  sends: 'by_request';
  /** Makes one attempt; it takes a permit if `sendOf` names a send. */
  perform(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
  /** Returns the people whom the effect reaches; undefined when it reaches nobody. */
  sendOf(request: JsonObject, definition: Definition, place: SendPlace): SendRequest | undefined;
};

/** The facts about a send that its run provides. */
export type SendPlace = Pick<
  SendRequest,
  'key' | 'organizationId' | 'workflowId' | 'enrollmentId' | 'stepId' | 'mode' | 'leadRef' | 'timezone' | 'plannedAt'
> & {
  /** The contact's mail address. */
  email: string | null;
};

type Common = {
  /**
   * Asks the performing service for the result of an effect that was accepted and whose time is over without a result.
   * Only kinds that another service performs have this function. That service may settle an effect at any time, by the
   * effect's key.
   */
  ask?(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
  /**
   * Returns the outcome for a test enrollment, which says what a live effect would do. The function gets nothing that
   * could reach the network.
   */
  describe(call: Pick<EffectCall, 'kind' | 'request'>): EffectOutcome;
  /** Whether performing the effect makes a record, which counts against the budget of the chain. */
  makesRecord: boolean;
  /** Returns the destination of the effect. The number of effects in flight to one destination is limited. */
  destination(request: JsonObject): string;
  /**
   * Returns the time in milliseconds within which an attempt is sure to end, even if the remote system never responds.
   */
  deadlineMs(request: JsonObject): number;
};
