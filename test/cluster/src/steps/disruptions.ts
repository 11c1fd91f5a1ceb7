import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { deployments, isReady, release, serverPods, type World } from '../world.ts';

/**
 * Evicts pods as a drain does. Checks that the disruption budgets protect every Deployment from losing more than one
 * pod at a time.
 */
export async function drain(world: World, step: Step): Promise<void> {
  const { tools } = world;
  const nodes: { metadata: { name: string }; spec: { unschedulable?: boolean } }[] = JSON.parse(
    await tools.kubectl(['get', 'nodes', '--output', 'json']),
  ).items;
  const schedulable = nodes.filter(({ spec }) => !spec.unschedulable);
  const [only] = schedulable;
  if (only !== undefined && schedulable.length === 1) {
    await drainOnly(world, only.metadata.name, step);
    await evictAll(world, step);
    return;
  }
  const pods = await serverPods(world);
  const node = String(pods[0]?.['spec'].nodeName);
  const leaving = pods.filter((pod) => pod['spec'].nodeName === node).length;
  try {
    await tools.kubectl(drainOf(node, 300));
    step.measure(`kubectl drain took ${leaving} pods from ${node}`);
    await untilAllReady(world);
  } finally {
    await tools.kubectl(['uncordon', node]);
  }
}

function drainOf(node: string, seconds: number): string[] {
  return [
    ...['drain', node, '--ignore-daemonsets', `--timeout=${seconds}s`, '--delete-emptydir-data'],
    `--pod-selector=app.kubernetes.io/instance=${release}`,
  ];
}

/**
 * Drains the only node. Its pods cannot move to another node, so budgets stop the drain at the last pod of each
 * Deployment.
 */
async function drainOnly(world: World, node: string, step: Step): Promise<void> {
  const { tools } = world;
  try {
    const refusal = await tools.kubectl(drainOf(node, 30)).then(
      () => 'it took every pod',
      (error) => String(error),
    );
    if (!refusal.includes('disruption budget')) throw new Error(`no budget stopped kubectl drain: ${refusal}`);
    for (const deployment of deployments) {
      const ready = (await serverPods(world, deployment)).filter(isReady).length;
      if (ready !== 1) throw new Error(`kubectl drain left ${ready} pods of ${deployment}`);
    }
    step.measure(
      'kubectl drain of the only node was stopped by the budgets with one pod of each Deployment left, ready',
    );
  } finally {
    await tools.kubectl(['uncordon', node]);
  }
  await untilAllReady(world);
}

/**
 * Evicts every pod that exists at this moment. A refusal (429) is caused by the disruption budget, and the eviction is
 * then repeated.
 */
async function evictAll(world: World, step: Step): Promise<void> {
  const counts = { evicted: 0, refused: 0, leastReady: Number.POSITIVE_INFINITY };
  await Promise.all(
    deployments.map(async (deployment) => {
      const pods = await serverPods(world, deployment);
      const first = await Promise.all(pods.map((pod) => evict(world, String(pod['metadata'].name))));
      const allowed = first.filter(Boolean).length;
      if (allowed !== 1) throw new Error(`${allowed} of ${pods.length} pods of ${deployment} were evicted at once`);
      counts.evicted += 1;
      counts.refused += first.length - 1;
      const left = pods.filter((_, index) => !first[index]).map((pod) => String(pod['metadata'].name));
      for (const name of left) {
        await until(
          180,
          async () => {
            const ready = (await serverPods(world, deployment)).filter(isReady).length;
            counts.leastReady = Math.min(counts.leastReady, ready);
            if (await evict(world, name)) return true;
            counts.refused += 1;
            return undefined;
          },
          () => `the eviction of ${name} is still refused`,
        );
        counts.evicted += 1;
      }
    }),
  );
  await untilAllReady(world);
  // On a busy node, a probe of the remaining pod may be late. So it is not a failure if a Deployment has no ready pod
  // for a moment. The load that runs at the same time shows whether requests fail.
  step.measure(
    `${counts.evicted} pods evicted, ${counts.refused} evictions refused by the budgets, never fewer than ${counts.leastReady} ready`,
  );
}

async function evict({ tools, namespaces }: World, name: string): Promise<boolean> {
  const { release: namespace } = namespaces;
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  try {
    await tools.kubectl(['create', '--raw', path, '--filename', '-'], JSON.stringify(eviction));
    return true;
  } catch (error) {
    if (error instanceof Error && /disruption budget/.test(error.message)) return false;
    throw error;
  }
}

/** Kills one pod of each Deployment, one Deployment after another, without grace. */
export async function killOfEach(world: World, step: Step): Promise<void> {
  const { tools, namespaces } = world;
  for (const deployment of deployments) {
    const [pod] = (await serverPods(world, deployment)).filter(isReady);
    if (pod === undefined) throw new Error(`no pod of ${deployment} is ready`);
    const { name } = pod['metadata'];
    step.progress(`killing ${name}`);
    await tools.kubectl(['delete', 'pod', name, '--namespace', namespaces.release, '--grace-period=0', '--force']);
    await untilAllReady(world);
    await sleep(1000);
  }
  step.measure(`${deployments.length} pods killed, one of each Deployment`);
}

/** Waits until every Deployment has all its pods ready, and no pod terminates. */
export async function untilAllReady(world: World): Promise<void> {
  let state = '';
  await until(
    300,
    async () => {
      const deployments = await world.tools.list(
        world.namespaces.release,
        'deployments',
        `app.kubernetes.io/instance=${release}`,
      );
      const wanted = deployments.reduce((sum, { spec }) => sum + spec.replicas, 0);
      const pods = await serverPods(world);
      const ready = pods.filter(isReady).length;
      state = `${ready} of ${wanted} pods are ready, ${pods.length} are there`;
      return ready === wanted && pods.length === wanted ? true : undefined;
    },
    () => state,
  );
}
