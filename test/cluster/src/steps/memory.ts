import type { Step } from '../report.ts';
import { deployments, serverPods, type World } from '../world.ts';

/** Limit in MB for the memory of a pod's process after its start. */
export const mostAfterStartMb = 220;

/**
 * Measures the current and the peak memory of each pod's process, as counted by the kernel. Once all figures are in the
 * report, throws if the current memory of a process exceeds the limit.
 */
export async function measureMemory(world: World, step: Step, mostMb = Number.POSITIVE_INFINITY): Promise<void> {
  const { tools, namespaces } = world;
  const above: string[] = [];
  for (const deployment of deployments) {
    const pods = await serverPods(world, deployment);
    const figures: string[] = [];
    for (const pod of pods) {
      const words = ['exec', '--namespace', namespaces.release, String(pod['metadata'].name), '--'];
      const status = await tools.kubectl([...words, 'cat', '/proc/1/status']);
      const megabytes = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
      figures.push(`${megabytes('VmRSS')} (${megabytes('VmHWM')})`);
      if (!(megabytes('VmRSS') <= mostMb)) above.push(`${pod['metadata'].name} has ${megabytes('VmRSS')} MB`);
    }
    step.measure(`${deployment}: ${figures.join(', ')} MB resident (at most)`);
  }
  if (above.length > 0) throw new Error(`more than ${mostMb} MB: ${above.join(', ')}`);
}
