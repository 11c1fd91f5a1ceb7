import type { Step } from '../report.ts';
import type { KubernetesObject } from '../tools.ts';
import { deployments, serverPods, type World } from '../world.ts';

/** Checks that every Deployment has pods, and that no old pod is left. */
export async function checkReplaced(world: World, old: KubernetesObject[], step: Step): Promise<void> {
  const before = new Set(old.map((pod) => pod['metadata'].uid));
  for (const deployment of deployments) {
    const pods = await serverPods(world, deployment);
    const left = pods.filter((pod) => before.has(pod['metadata'].uid)).length;
    if (pods.length === 0 || left > 0) throw new Error(`${left} of ${pods.length} pods of ${deployment} are old`);
  }
  step.measure(`every pod of ${deployments.length} Deployments was replaced`);
}
