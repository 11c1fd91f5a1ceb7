import type { KubernetesObject } from '../tools.ts';
import { release } from '../world.ts';
import { certificateSecret } from './certificates.ts';
import { podWithService } from './pod.ts';

export const apiService = 'v1beta1.external.metrics.k8s.io';
const name = 'external-metrics';
const port = 8443;

/**
 * Makes a pod that serves the external metrics API, and the APIService that points to it. The APIService is the only
 * object without a namespace.
 */
export async function externalMetrics(namespace: string, image: string): Promise<KubernetesObject[]> {
  const secret = await certificateSecret({ namespace, name }, [`${name}.${namespace}.svc`]);
  const { 'ca.crt': ca, 'tls.crt': cert, 'tls.key': key } = secret['stringData'];
  return [
    ...podWithService({
      namespace,
      name,
      image,
      user: 1000,
      port,
      command: ['node', '/scripts/external-metrics.ts'],
      env: { TLS_CERT: cert, TLS_KEY: key, RELEASE: release },
      mount: { path: '/scripts', configMap: 'scripts' },
      memory: '64Mi',
    }),
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: apiService, labels: { 'drippulse-test': namespace } },
      spec: {
        group: 'external.metrics.k8s.io',
        version: 'v1beta1',
        groupPriorityMinimum: 100,
        versionPriority: 100,
        caBundle: Buffer.from(String(ca)).toString('base64'),
        service: { namespace, name, port },
      },
    },
  ];
}
