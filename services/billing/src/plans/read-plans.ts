import { readFileSync } from 'node:fs';
import { ConfigError } from '@drippulse/process';
import { z } from 'zod';
import { type Limits, meters, monthlyMeters } from './meters.ts';
import type { Overage, OverageMeter } from './overage.ts';

/** Plans that can be bought, from small to large. */
export const boughtPlans = ['starter', 'growth', 'scale'] as const;

export type BoughtPlan = (typeof boughtPlans)[number];

/** The plans of an installation. */
export type Plans = {
  /** The URL at which people sign in to Stripe's portal by mail; null if there is no such URL. */
  portalUrl: string | null;
  limitsOf: Readonly<Record<BoughtPlan | 'free', Limits>>;
  /** The key by which Stripe finds the price of a plan. */
  lookupKeyOf: Readonly<Record<BoughtPlan, string>>;
  /** The price of use beyond a plan, for organizations that ask for it. A meter without a rate stops at its limit. */
  overage: Overage;
};

const limit = z.number().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const limits = z.strictObject(
  Object.fromEntries(meters.map((meter) => [meter, limit])) as Record<keyof Limits, typeof limit>,
);
const lookupKey = z.string().min(1).max(200);
const bought = z.strictObject({ lookup_key: lookupKey, limits });

const rate = z.strictObject({
  // The price is per dollar for models, and per unit for all other meters. Converted to the unit in which services
  // count, it is rounded to billionths of a cent.
  unit_cents: z.number().min(0.001).max(1_000_000),
  lookup_key: lookupKey,
  event_name: z.string().regex(/^\w{1,100}$/),
});
const rates = z.strictObject(
  Object.fromEntries(monthlyMeters.map((meter) => [meter, rate.optional()])) as Record<
    OverageMeter,
    z.ZodOptional<typeof rate>
  >,
);

const schema = z.strictObject({
  portal_url: z
    .url({ protocol: /^https$/ })
    .nullable()
    .default(null),
  overage: rates.default({}),
  plans: z.strictObject({ free: z.strictObject({ limits }), starter: bought, growth: bought, scale: bought }),
});

const defaultFile = new URL('default-plans.json', import.meta.url);

/**
 * Reads the plans of an installation: the JSON itself, or the path of a file with the JSON. Default: the file next to
 * this one. Throws a ConfigError that lists every mistake.
 */
export function readPlans(variable: string | undefined): Plans {
  const { portal_url: portalUrl, overage: given, plans } = parsePlans(textOf(variable));
  const overage = overageOf(given);
  const keys = [
    ...boughtPlans.map((plan) => plans[plan].lookup_key),
    ...ratesOf(overage).map((each) => each.lookupKey),
  ];
  if (new Set(keys).size < keys.length) {
    throw new ConfigError(['PLANS: each plan, and each meter of overage, needs a lookup_key of its own']);
  }
  const { free, starter, growth, scale } = plans;
  return {
    portalUrl,
    limitsOf: { free: free.limits, starter: starter.limits, growth: growth.limits, scale: scale.limits },
    lookupKeyOf: { starter: starter.lookup_key, growth: growth.lookup_key, scale: scale.lookup_key },
    overage,
  };
}

const nanocentsOfCent = 1e9;
/** Number of units per dollar, because services count models in millionths of a dollar. */
const unitsOfDollar = 1e6;

function overageOf(given: z.output<typeof rates>): Overage {
  const known = monthlyMeters.flatMap((meter) => {
    const each = given[meter];
    if (each === undefined) return [];
    const units = meter === 'llm_cost_usd' ? unitsOfDollar : 1;
    const nanocents = BigInt(Math.round((each.unit_cents * nanocentsOfCent) / units));
    return [[meter, { nanocents, lookupKey: each.lookup_key, eventName: each.event_name }] as const];
  });
  return Object.fromEntries(known);
}

function ratesOf(overage: Overage) {
  return Object.values(overage);
}

function textOf(variable: string | undefined): string {
  if (variable?.trimStart().startsWith('{')) return variable;
  try {
    return readFileSync(variable ?? defaultFile, 'utf8');
  } catch (error) {
    throw new ConfigError([`PLANS: cannot read the file: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function parsePlans(text: string): z.output<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(['PLANS: is not JSON']);
  }
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  throw new ConfigError(error.issues.map(({ path, message }) => `PLANS: ${path.join('.') || 'the whole'}: ${message}`));
}
