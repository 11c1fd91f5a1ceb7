import type { Agent, Answer } from '../agent.ts';
import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { release, serverPods, type World } from '../world.ts';
import { untilAllReady } from './disruptions.ts';

const service = 'workflows';

/** Adds a replica, and checks that callers that already have open connections also call the new pod. */
export async function scaleUp(world: World, monitoring: Agent, step: Step): Promise<void> {
  const before = new Set((await serverPods(world, service)).map((pod) => String(pod['metadata'].name)));
  await scaleTo(world, before.size + 1);
  try {
    const added = (await serverPods(world, service)).find((pod) => !before.has(String(pod['metadata'].name)));
    if (added === undefined) throw new Error('no pod was added');
    const url = `http://${added['status'].podIP}:8082/metrics`;
    const startedAt = performance.now();
    await until(
      60,
      async () => {
        const { body } = await monitoring.order<Answer>({ order: 'call', call: { method: 'GET', url } });
        return /^drippulse_rpc_duration_seconds_count\{[^}]*GetWorkflow[^}]*\} [1-9]/m.test(body) || undefined;
      },
      () => 'the added pod gets no calls',
    );
    step.measure(
      `an added pod got its first call ${((performance.now() - startedAt) / 1000).toFixed(0)} s after it was ready`,
    );
  } finally {
    await scaleTo(world, before.size);
  }
}

async function scaleTo(world: World, replicas: number): Promise<void> {
  const { tools, namespaces } = world;
  const words = ['scale', `deployment/${release}-${service}`, `--replicas=${replicas}`];
  await tools.kubectl([...words, '--namespace', namespaces.release]);
  await untilAllReady(world);
}
