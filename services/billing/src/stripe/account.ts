import { DomainError } from '@drippulse/errors';
import type { Clock } from '@drippulse/loops';
import type Stripe from 'stripe';
import type { Config } from '../config.ts';
import { monthlyMeters } from '../plans/meters.ts';
import type { OverageMeter } from '../plans/overage.ts';
import { type BoughtPlan, boughtPlans } from '../plans/read-plans.ts';
import { failureOf } from './failures.ts';

/** The version of Stripe's API for which this service is written. */
const apiVersion = '2026-10-28.endive';
/** Time for which prices are cached. */
const pricesMs = 600_000;

/** A price of a plan at Stripe. */
type PlanPrice = { id: string; product: string };

/** The current prices of the plans, and those metered prices for use beyond a plan that exist at Stripe. */
export type Prices = Readonly<Record<BoughtPlan, PlanPrice>> & {
  metered: Readonly<Partial<Record<OverageMeter, PlanPrice>>>;
};

/** The installation's account at Stripe. */
export type StripeAccount = {
  /** Returns the client, which is loaded with the first call. */
  client(): Promise<Stripe>;
  /** Whether the key belongs to live mode. */
  isLive: boolean;
  /** Returns the current prices. Throws `billing_not_configured` when the price of a plan is missing at Stripe. */
  prices(): Promise<Prices>;
};

/** Opens the account. Returns undefined without a key. */
export function openStripe(config: Config, clock: Clock): StripeAccount | undefined {
  const { stripeKey } = config;
  if (stripeKey === undefined) return undefined;
  let loading: Promise<Stripe> | undefined;
  let known: { prices: Prices; readAt: number } | undefined;
  const client = () => {
    loading ??= loadClient(stripeKey, config).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  return {
    client,
    isLive: /^.k_live_/.test(stripeKey),
    async prices() {
      const now = clock.now().getTime();
      if (known === undefined || now - known.readAt > pricesMs) {
        known = { prices: await readPrices(await client(), config), readAt: now };
      }
      return known.prices;
    },
  };
}

/** Returns the account. Throws `billing_not_configured` if there is no account. */
export function requireStripe({ stripe }: { stripe: StripeAccount | undefined }): StripeAccount {
  if (stripe !== undefined) return stripe;
  throw notConfigured('This installation has no key of Stripe.');
}

/** Loads the client. The client itself never retries, because an operation keeps its key over days and processes. */
async function loadClient(key: string, { stripeBase, stripeTimeoutMs }: Config): Promise<Stripe> {
  const { default: Client } = await import('stripe');
  const base = stripeBase === undefined ? undefined : new URL(stripeBase);
  return new Client(key, {
    apiVersion,
    maxNetworkRetries: 0,
    timeout: stripeTimeoutMs,
    telemetry: false,
    ...(base && {
      host: base.hostname,
      port: base.port === '' ? (base.protocol === 'http:' ? 80 : 443) : base.port,
      protocol: base.protocol === 'http:' ? 'http' : 'https',
    }),
  });
}

async function readPrices(client: Stripe, { plans }: Config): Promise<Prices> {
  const { lookupKeyOf, overage } = plans;
  // Stripe accepts at most ten lookup keys in a request. Three plans and four meters need seven.
  const keys = [
    ...boughtPlans.map((plan) => lookupKeyOf[plan]),
    ...Object.values(overage).map(({ lookupKey }) => lookupKey),
  ];
  const { data } = await client.prices.list({ lookup_keys: keys, active: true, limit: 100 }).catch((error: unknown) => {
    throw failureOf(error).refusal;
  });
  const find = (key: string | undefined): PlanPrice | undefined => {
    const found = data.find((price) => price.lookup_key === key);
    return found && { id: found.id, product: typeof found.product === 'string' ? found.product : found.product.id };
  };
  const priceOf = (plan: BoughtPlan): PlanPrice => {
    const found = find(lookupKeyOf[plan]);
    if (found === undefined) throw notConfigured(`Stripe has no active price with lookup key ${lookupKeyOf[plan]}.`);
    return found;
  };
  const metered = monthlyMeters.flatMap((meter) => {
    const key = overage[meter]?.lookupKey;
    const found = key === undefined ? undefined : find(key);
    return found === undefined ? [] : [[meter, found] as const];
  });
  return {
    starter: priceOf('starter'),
    growth: priceOf('growth'),
    scale: priceOf('scale'),
    metered: Object.fromEntries(metered),
  };
}

function notConfigured(message: string): DomainError {
  return new DomainError('unavailable', 'billing_not_configured', message, { retryAfterSeconds: 3600 });
}
