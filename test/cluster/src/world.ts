import { layoutProcesses, processNames } from '@drippulse/topology';
import type { Options } from './options.ts';
import type { KubernetesObject, Tools } from './tools.ts';

export const release = 'drippulse';
/** Services with pods of their own. */
export const services: readonly string[] = processNames;
/** The kinds of pods: pods of services, and pods of roles, which have their own Deployments. */
export const deployments: readonly string[] = layoutProcesses.map(({ name }) => name);

/** The members that every step of the test uses. */
export type World = {
  options: Options;
  tools: Tools;
  namespaces: { release: string; servers: string; peers: string };
  /** Address of the public API, for pods. */
  gateway: string;
};

/** Returns the URL of the test's callbacks and webhooks. */
export function receiverUrl({ namespaces }: World): string {
  return `http://receiver.${namespaces.peers}.svc:8080`;
}

/** Finds the serving pods of the release, without the pods of its jobs. */
export function serverPods({ tools, namespaces }: World, deployment?: string): Promise<KubernetesObject[]> {
  const selector = `app.kubernetes.io/instance=${release},app.kubernetes.io/component=server`;
  const ofOne = deployment === undefined ? '' : `,app.kubernetes.io/name=${deployment}`;
  return tools.list(namespaces.release, 'pods', selector + ofOne);
}

export function isReady(pod: KubernetesObject): boolean {
  const conditions: KubernetesObject[] = pod['status'].conditions ?? [];
  return pod['metadata'].deletionTimestamp === undefined && conditions.some(isTrue('Ready'));
}

const isTrue = (type: string) => (condition: KubernetesObject) =>
  condition['type'] === type && condition['status'] === 'True';
