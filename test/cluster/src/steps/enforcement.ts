import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from '../agent.ts';
import { NotShown, type Step } from '../report.ts';
import type { World } from '../world.ts';

const patienceSeconds = 30;

/**
 * Finds out whether the network of this cluster enforces a NetworkPolicy, by closing an open pod and opening it again.
 * Without enforcement, tests could not distinguish a policy that allows everything from a policy that allows only the
 * right connections.
 */
export async function findEnforcement({ tools, namespaces }: World, client: Agent, step: Step): Promise<true> {
  const { peers: namespace } = namespaces;
  const look = () => client.order<string>({ order: 'connect', host: `receiver.${namespace}.svc`, port: 8080 });
  if ((await look()) !== 'open') throw new Error('the receiver is not reachable before any policy is there');
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'closed', namespace },
    spec: { podSelector: { matchLabels: { app: 'receiver' } }, policyTypes: ['Ingress'] },
  };
  await tools.apply([policy]);
  const closed = await becomes('silent');
  await tools.kubectl(['delete', 'networkpolicy', 'closed', '--namespace', namespace]);
  if (closed === undefined) {
    throw new NotShown(
      `this cluster's network does not enforce NetworkPolicy (a closed pod was open after ${patienceSeconds} s); install one that does (Calico, Cilium), or say --without-policies`,
    );
  }
  if ((await becomes('open')) === undefined) throw new Error('the receiver stays closed without the policy');
  step.measure(`the network enforces policies, ${closed.toFixed(1)} s after they are made`);
  return true;

  async function becomes(wanted: string): Promise<number | undefined> {
    const since = performance.now();
    for (;;) {
      const seconds = (performance.now() - since) / 1000;
      if ((await look()) === wanted) return seconds;
      if (seconds > patienceSeconds) return undefined;
      await sleep(500);
    }
  }
}
