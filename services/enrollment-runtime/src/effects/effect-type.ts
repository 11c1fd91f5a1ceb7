import type { Definition } from '@drippulse/engine';
import type { JsonObject } from '@drippulse/json';
import type { Permit, SendRequest } from '../messaging/index.ts';
import type { EffectCall, EffectContext, EffectOutcome } from './effect-call.ts';

/** How effects of one kind are carried out. */
export type EffectType = SystemEffect | SendingEffect | MixedEffect;

/** An effect that reaches systems. */
export type SystemEffect = Common & {
  sends?: undefined;
  /** Makes one attempt, outside of any transaction. Returns an outcome for every failure of the other side. */
  perform(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
};

/** An effect that reaches people, which takes a permit: suppressions and the organization's rules were asked. */
export type SendingEffect = Common & {
  sends: 'people';
  /** Makes one attempt by a permit. A refusal of the permit is the outcome without any attempt. */
  perform(ctx: EffectContext, call: EffectCall, permit: Permit): Promise<EffectOutcome>;
  /** Whom it reaches, and how. */
  sendOf(request: JsonObject, definition: Definition, place: SendPlace): SendRequest;
};

/** An effect that reaches people or systems, by what its request asks for. */
export type MixedEffect = Common & {
  sends: 'by_request';
  /** Makes one attempt, by a permit where `sendOf` names a send. */
  perform(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
  /** Whom it reaches; undefined when it reaches nobody. */
  sendOf(request: JsonObject, definition: Definition, place: SendPlace): SendRequest | undefined;
};

/** Where a send stands: what its run knows of it. */
export type SendPlace = Pick<
  SendRequest,
  'key' | 'organizationId' | 'workflowId' | 'enrollmentId' | 'stepId' | 'mode' | 'leadRef' | 'timezone' | 'plannedAt'
> & {
  /** The contact's mail address. */
  email: string | null;
};

type Common = {
  /**
   * Asks for the result of an effect that was accepted and not settled by its end. Only for kinds that another service
   * performs:
   * it may settle one at any time, by its key.
   */
  ask?(ctx: EffectContext, call: EffectCall): Promise<EffectOutcome>;
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
