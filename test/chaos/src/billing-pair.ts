import { type FakeStripe, startFakeStripe } from '@drippulse/fake-providers/stripe-billing';
import { type BillingClient, billingConfig, createBillingClient } from './clients.ts';
import type { Node } from './faults.ts';
import type { Places } from './places.ts';
import type { Servers } from './servers.ts';
import { startPair } from './start-pair.ts';

/** The processes of billing, a client of each, and the Stripe that they share. */
export type BillingPair = { nodes: Node[]; clients: BillingClient[]; stripe: FakeStripe };

/** Starts two processes of billing, with a Stripe for this run. */
export async function startBilling(
  servers: Servers,
  { opened, places }: { opened: { stop(): unknown }[]; places: Places },
): Promise<BillingPair> {
  const stripe = await startFakeStripe();
  opened.push(stripe);
  const configOf = (options: Parameters<typeof billingConfig>[0]) => billingConfig(options, stripe.url);
  const nodes = await startPair(servers, { names: ['l', 'm'], kind: 'billing', opened, places, configOf });
  const clients = places.billing.map(createBillingClient);
  opened.push(...clients.map((client) => ({ stop: () => client.close() })));
  return { nodes, clients, stripe };
}
