import { serviceOf } from '@drippulse/topology';
import type { Agent } from '../agent.ts';
import type { Api } from '../api.ts';
import { apiService, externalMetrics } from '../manifests/external-metrics.ts';
import type { Step } from '../report.ts';
import type { KubernetesObject, Tools } from '../tools.ts';
import { until } from '../until.ts';
import { isReady, receiverUrl, serverPods, type World } from '../world.ts';
import { deploy } from './install.ts';
import { untilCompleted } from './main-job.ts';

const service = serviceOf('enrollments');
const metric = 'drippulse_effects_in_flight';
/**
 * Number of contacts. The callback of each takes 2 s, and each pod makes 40 callbacks at a time, so two pods are busy
 * for 50 s.
 */
const contactCount = 2000;
const autoscaling = {
  enabled: true,
  minReplicas: 2,
  maxReplicas: 4,
  // The target is so high that CPU never causes more pods: that would need a whole core of load on each pod.
  cpu: 1000,
  external: [{ name: metric, selector: { service }, averageValue: '10' }],
};

const resources = { requests: { cpu: '100m', memory: '128Mi' } };

/** Returns whether the cluster already has an external metrics API, which a test must not replace. */
export async function hasExternalMetrics({ kubectl }: Tools): Promise<boolean> {
  return (await kubectl(['get', 'apiservice', apiService, '--ignore-not-found', '--output=name'])).trim() !== '';
}

/** Checks that more work leads to more pods. The pods export the metric, and the external metrics API serves it. */
export async function scaleByMetric(
  world: World,
  { api, receiver, image }: { api: Api; receiver: Agent; image: string },
  step: Step,
  settings: string[],
): Promise<void> {
  const { tools, namespaces } = world;
  try {
    await tools.apply(await externalMetrics(namespaces.peers, image));
    await tools.kubectl(['wait', `apiservice/${apiService}`, '--for=condition=Available', '--timeout=120s']);
    const scaled = Object.entries({ autoscaling, resources }).map(
      ([name, of]) => `${service}.${name}=${JSON.stringify(of)}`,
    );
    await deploy(world, 'upgrade', [...settings, ...scaled]);
    const { minReplicas } = autoscaling;
    await untilScaled(world, (pods) => pods === minReplicas);
    const workflow = await makeWork(world, api);
    const startedAt = performance.now();
    const pods = await untilScaled(world, (count) => count > minReplicas);
    const reasons = await reasonsOfScaling(world);
    if (!reasons.some((reason) => reason.includes(metric))) throw new Error(`pods came for: ${reasons.join('; ')}`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    step.measure(`${minReplicas} pods became ${pods} within ${seconds} s by ${metric}`);
    await untilCompleted(api, workflow, contactCount);
    const keys = new Set((await receiver.received('/slow')).map(({ key }) => key));
    if (keys.size !== contactCount) throw new Error(`${keys.size} effects for ${contactCount} contacts`);
    step.measure(`${contactCount} completed, ${keys.size} effects`);
  } finally {
    await forgetExternalMetrics(world);
  }
}

/** Waits until the autoscaler works, and both the desired and the actual number of pods are right. */
async function untilScaled(world: World, isRight: (pods: number) => boolean): Promise<number> {
  let status: KubernetesObject = {};
  return until(
    120,
    async () => {
      const [scaler] = await world.tools.list(world.namespaces.release, 'horizontalpodautoscalers');
      status = scaler?.['status'] ?? {};
      const pods = (await serverPods(world, service)).filter(isReady).length;
      const active = status['conditions']?.find(({ type }: KubernetesObject) => type === 'ScalingActive');
      return active?.status === 'True' && pods === status['desiredReplicas'] && isRight(pods) ? pods : undefined;
    },
    () => JSON.stringify(status),
  );
}

async function reasonsOfScaling({ tools, namespaces }: World): Promise<string[]> {
  const events = await tools.list(namespaces.release, 'events');
  return events.filter(({ reason }) => reason === 'SuccessfulRescale').map(({ message }) => String(message));
}

/**
 * Removes the external metrics API before its pod is removed. Without the pod, the API would block the removal of every
 * namespace of the cluster.
 */
export async function forgetExternalMetrics({ tools, namespaces }: World): Promise<void> {
  await tools.kubectl(['delete', 'apiservice', '--selector', `drippulse-test=${namespaces.peers}`]);
}

async function makeWork(world: World, api: Api): Promise<number> {
  const workflow = await api.call('POST', '/workflows', {
    name: 'Slow',
    status: 'active',
    steps: [
      { type: 'trigger', name: 'Start' },
      {
        type: 'webhook_callback',
        name: 'Call',
        config: { url: `${receiverUrl(world)}/slow`, payload: { email: '{{ email }}' } },
      },
    ],
  });
  const contacts = Array.from({ length: contactCount }, (_, n) => ({ email: `b${n}@example.com` }));
  await api.call('POST', `/workflows/${workflow.id}/enrollments/bulk`, { contacts });
  return workflow.id;
}
