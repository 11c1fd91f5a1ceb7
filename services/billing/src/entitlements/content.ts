import type { MessageInitShape } from '@bufbuild/protobuf';
import { meterToProto } from '@drippulse/entitlements';
import type { EntitlementsSchema } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { z } from 'zod';
import { type Limits, type Meter, meters, monthlyMeters, noLimits, timesLimits } from '../plans/meters.ts';
import { isOverageMeter, type OverageMeter } from '../plans/overage.ts';
import type { Plans } from '../plans/read-plans.ts';
import type { State } from '../subscriptions/state.ts';

const limit = z.number().nullable();
const schema = z.object({
  plan: z.string(),
  entries_held: z.boolean(),
  limits: z.object({
    enrollments: limit,
    emails: limit,
    events: limit,
    llm_cost_usd: limit,
    agents: limit,
    seats: limit,
    contacts: limit,
  }),
  // The highest counts that services allow, for meters whose use beyond the plan is charged, in the units in which
  // services count.
  ceilings: z.partialRecord(z.enum(monthlyMeters), z.number()).optional(),
});

/** The entitlements of an organization. */
export type Content = z.infer<typeof schema>;

/**
 * Returns the limits of the current plan. The limits of the free plan are not multiplied, because `quantity` may be
 * that of an ended subscription.
 */
export function limitsOf({ limitsOf: plans }: Plans, { plan, quantity }: Pick<State, 'plan' | 'quantity'>): Limits {
  if (plan === 'self_hosted') return noLimits;
  return plan === 'free' ? plans.free : timesLimits(plans[plan], quantity);
}

/**
 * Returns the entitlements of an organization whose subscription has this state. `isOverdue` says that a payment failed
 * so long ago that new enrollments are held. `ceilings` has the ceilings of the meters whose use beyond the plan is
 * charged.
 */
export function contentOf(
  plans: Plans,
  state: Pick<State, 'plan' | 'quantity'>,
  { isOverdue, ceilings }: { isOverdue: boolean; ceilings: ReadonlyMap<OverageMeter, bigint> },
): Content {
  const own = [...ceilings].map(([meter, ceiling]) => [meter, Number(ceiling)] as const);
  return {
    plan: state.plan,
    entries_held: isOverdue,
    limits: limitsOf(plans, state),
    ...(own.length > 0 && { ceilings: Object.fromEntries(own) }),
  };
}

/** Serializes the content. The members always have the same order, so that equal contents have equal texts. */
export function storeContent(content: Content): string {
  return JSON.stringify(schema.parse(content));
}

export function readContent(text: string): Content {
  return schema.parse(JSON.parse(text));
}

const millionths = 1_000_000;

/**
 * Converts an amount of a meter to the unit in which services count: amounts for models are in millionths of a dollar.
 */
export function toUnits(meter: Meter, amount: number): bigint {
  return BigInt(Math.round(meter === 'llm_cost_usd' ? amount * millionths : amount));
}

export function fromUnits(meter: Meter, units: bigint): number {
  return meter === 'llm_cost_usd' ? Number(units) / millionths : Number(units);
}

export function entitlementsToProto(content: Content, sequence: bigint): MessageInitShape<typeof EntitlementsSchema> {
  const limits = meters.flatMap((meter) => {
    const most = content.limits[meter];
    if (most === null) return [];
    const ceiling = isOverageMeter(meter) ? content.ceilings?.[meter] : undefined;
    return [
      {
        meter: meterToProto(meter),
        limit: toUnits(meter, most),
        ...(ceiling !== undefined && { ceiling: BigInt(ceiling) }),
      },
    ];
  });
  return { sequence, plan: content.plan, limits, entriesHeld: content.entries_held };
}
