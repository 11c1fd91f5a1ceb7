import type { Step } from '../report.ts';
import { until } from '../until.ts';
import { release, type World } from '../world.ts';

/** Lists the objects in the namespace of the release, by kind and name, except records of past events. */
export async function inventory({ tools, namespaces }: World): Promise<Set<string>> {
  const words = ['api-resources', '--namespaced', '--verbs=list', '--output=name'];
  const kinds = (await tools.kubectl(words))
    .trim()
    .split('\n')
    .filter((kind) => !/^events(\.|$)|metrics\.k8s\.io$/.test(kind));
  const names = await tools.kubectl(['get', kinds.join(','), '--namespace', namespaces.release, '--output=name']);
  return new Set(names.trim().split('\n'));
}

/** Removes the release, and checks that the namespace has the same objects as before the installation. */
export async function uninstall(world: World, before: Set<string>, step: Step): Promise<void> {
  const { tools, namespaces } = world;
  await tools.helm(['uninstall', release, '--namespace', namespaces.release, '--wait', '--timeout', '5m']);
  let left: string[] = [];
  await until(
    120,
    async () => {
      left = [...(await inventory(world))].filter((name) => !before.has(name));
      return left.length === 0 || undefined;
    },
    () => `left behind: ${left.join(', ')}`,
  );
  step.measure('nothing left behind, of any kind of resource');
}
