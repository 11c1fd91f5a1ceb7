import type { Step } from '../report.ts';
import { serverPods, services, type World } from '../world.ts';

/** The memory of the process of each pod, now and at its peak, as the kernel counts it. */
export async function measureMemory(world: World, step: Step): Promise<void> {
  const { tools, namespaces } = world;
  for (const service of services) {
    const pods = await serverPods(world, service);
    const figures: string[] = [];
    for (const pod of pods) {
      const words = ['exec', '--namespace', namespaces.release, String(pod['metadata'].name), '--'];
      const status = await tools.kubectl([...words, 'cat', '/proc/1/status']);
      const megabytes = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
      figures.push(`${megabytes('VmRSS')} (${megabytes('VmHWM')})`);
    }
    step.measure(`${service}: ${figures.join(', ')} MB resident (at most)`);
  }
}
