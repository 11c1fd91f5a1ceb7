import { serviceOf } from '@drippulse/topology';
import type { KubernetesObject } from '../tools.ts';
import { deployments, type World } from '../world.ts';
import { peerOf } from './peers.ts';

/**
 * The resource requests of a pod. With these, two pods of every Deployment, and a third pod of each during an upgrade,
 * fit on two cores together with the servers.
 */
const requests = { requests: { cpu: '30m', memory: '128Mi' } };

/** Returns the values of the release. */
export function chartValues({ options, namespaces }: World): KubernetesObject {
  const { servers, peers } = namespaces;
  // The test's receiver has a private address of the cluster.
  const callers = ['workflows', 'enrollments', 'webhooks'] as const;
  const allowPrivate = new Set<string>(callers.map(serviceOf));
  return {
    global: {
      image: { registry: options.registry, prefix: options['image-prefix'], tag: options.tag },
      publicUrl: 'http://localhost:3000',
      kafka: { brokers: [`kafka.${servers}.svc:9092`] },
      postgres: { adminSecret: { name: 'drippulse-postgres-admin' } },
      grpcTls: { secretName: 'drippulse-grpc-tls' },
      servers: {
        postgres: { port: 5432, to: [peerOf(servers, 'postgres')] },
        kafka: { port: 9092, to: [peerOf(servers, 'kafka')] },
        redis: { port: 6379, to: [peerOf(servers, 'redis')] },
        telemetry: { port: 8080, to: [peerOf(peers, 'collector')] },
      },
      networkPolicy: {
        gatewayFrom: [peerOf(peers, 'client')],
        metricsFrom: [peerOf(peers, 'monitoring'), peerOf(peers, 'external-metrics')],
      },
    },
    bootstrap: { secretName: 'drippulse-bootstrap' },
    ...Object.fromEntries(
      deployments.map((name) => [
        name,
        { resources: requests, ...(allowPrivate.has(name) && { env: { WEBHOOK_ALLOW_PRIVATE: true } }) },
      ]),
    ),
  };
}
