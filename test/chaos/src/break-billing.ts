import { startBilling } from './billing-pair.ts';
import { driveBilling } from './drive-billing.ts';
import type { Target } from './faults.ts';
import { inflictOnBilling, type Plan } from './inflict-faults.ts';
import type { Places } from './places.ts';

/**
 * Starts billing, and breaks it while subscriptions change. In this part of a run only billing runs, because a small
 * machine cannot run all processes while all of them work and are replaced.
 */
export async function breakBilling(
  target: Target,
  plan: Omit<Plan, 'signal'>,
  { opened, places }: { opened: { stop(): unknown }[]; places: Places },
): Promise<void> {
  const { seed, history } = plan;
  const { nodes, clients, stripe } = await startBilling(target.servers, { opened, places });
  const stopped = new AbortController();
  const driven = driveBilling({ seed, history, clients, stripe, stopped: stopped.signal });
  const failed = new AbortController();
  // Rethrown below. Until then a failure must not end the process.
  driven.catch(() => failed.abort());
  await inflictOnBilling(target, nodes, { ...plan, signal: failed.signal });
  stopped.abort();
  await driven;
  for (const { runtime } of nodes) await runtime.untilReady();
}
