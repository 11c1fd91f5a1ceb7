import type { KubernetesObject } from './tools.ts';
import type { World } from './world.ts';

/** Collects the first facts about a failure: warnings, and pods in a wrong state with the last lines of their logs. */
export async function explain({ tools, namespaces }: World): Promise<string> {
  const lines: string[] = [];
  for (const namespace of Object.values(namespaces)) {
    for (const pod of await tools.list(namespace, 'pods')) {
      if (pod['status'].phase === 'Succeeded') continue;
      const { name } = pod['metadata'];
      if (isRunning(pod) && restartsOf(pod) === 0) {
        const all = await tools.kubectl(['logs', name, '--namespace', namespace, '--tail=2000']).catch(String);
        lines.push(
          ...all
            .split('\n')
            .filter((line) => line.includes('"level":"error"'))
            .slice(-10),
        );
        continue;
      }
      const states = containersOf(pod).map(
        ({ state, restartCount }) => `${JSON.stringify(state)}, ${restartCount} restarts`,
      );
      const log = await tools
        .kubectl(['logs', name, '--namespace', namespace, '--tail=10'])
        .catch((error) => String(error));
      lines.push(`${namespace}/${name} is ${pod['status'].phase}: ${states.join('; ')}`, log.trim());
    }
  }
  return lines.join('\n');
}

const containersOf = (pod: KubernetesObject): KubernetesObject[] => pod['status'].containerStatuses ?? [];

const isRunning = (pod: KubernetesObject) =>
  containersOf(pod).length > 0 && containersOf(pod).every(({ ready }) => ready === true);

const restartsOf = (pod: KubernetesObject) =>
  containersOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0);
