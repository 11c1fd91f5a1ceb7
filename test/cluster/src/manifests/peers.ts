import { readFileSync } from 'node:fs';
import type { KubernetesObject } from '../tools.ts';
import { namespaceOf, podWithService } from './pod.ts';

/**
 * Makes the peers of the platform: a client of its API, a receiver of callbacks and webhooks, a collector of traces,
 * and a client that may read metrics. Their scripts are in a ConfigMap, and run on the Node of an image of the release.
 */
export function peerManifests(namespace: string, image: string): KubernetesObject[] {
  const scripts = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'scripts', namespace },
    data: Object.fromEntries(['client.ts', 'receiver.ts', 'external-metrics.ts'].map((name) => [name, scriptOf(name)])),
  };
  const pod = (name: string, script: string) =>
    podWithService({
      namespace,
      name,
      image,
      user: 1000,
      port: 8080,
      command: ['node', `/scripts/${script}`],
      mount: { path: '/scripts', configMap: 'scripts' },
      memory: '64Mi',
    });
  return [
    namespaceOf(namespace),
    scripts,
    ...pod('client', 'client.ts'),
    ...pod('receiver', 'receiver.ts'),
    ...pod('collector', 'receiver.ts'),
    ...pod('monitoring', 'client.ts'),
  ];
}

function scriptOf(name: string): string {
  return readFileSync(new URL(`../pods/${name}`, import.meta.url), 'utf8');
}

/**
 * Makes a policy that lets pods with these names connect to another namespace, in addition to the policies of the
 * chart.
 */
export function allowEgress(options: {
  namespace: string;
  names: string[];
  to: { namespace: string; app: string };
}): KubernetesObject {
  const { namespace, names, to } = options;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'to-receiver', namespace },
    spec: {
      podSelector: {
        // The pods of jobs are left out, because the jobs run before the policies of the chart exist. This policy alone
        // would then block all their other connections.
        matchLabels: { 'app.kubernetes.io/component': 'server' },
        matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: names }],
      },
      policyTypes: ['Egress'],
      egress: [{ to: [peerOf(to.namespace, to.app)], ports: [{ port: 8080, protocol: 'TCP' }] }],
    },
  };
}

export function peerOf(namespace: string, app: string): KubernetesObject {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { app } },
  };
}
