import { processNames } from '@drippulse/topology';
import type { Options } from './options.ts';
import type { KubernetesObject, Tools } from './tools.ts';

export const release = 'drippulse';
/** Services with pods of their own. */
export const services: readonly string[] = processNames;

/** The members that every step works with. */
export type World = {
  options: Options;
  tools: Tools;
  namespaces: { release: string; servers: string; peers: string };
  /** Address of the public API, for pods. */
  gateway: string;
};

/** The serving pods of the release, without those of its jobs. */
export function serverPods({ tools, namespaces }: World, service?: string): Promise<KubernetesObject[]> {
  const selector = `app.kubernetes.io/instance=${release},app.kubernetes.io/component=server`;
  const ofService = service === undefined ? '' : `,app.kubernetes.io/name=${service}`;
  return tools.list(namespaces.release, 'pods', selector + ofService);
}

export function isReady(pod: KubernetesObject): boolean {
  const conditions: KubernetesObject[] = pod['status'].conditions ?? [];
  return pod['metadata'].deletionTimestamp === undefined && conditions.some(isTrue('Ready'));
}

const isTrue = (type: string) => (condition: KubernetesObject) =>
  condition['type'] === type && condition['status'] === 'True';
