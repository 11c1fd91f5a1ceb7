import { serviceOf } from '@drippulse/topology';
import type { KubernetesObject } from '../tools.ts';
import type { World } from '../world.ts';
import { peerOf } from './peers.ts';

/** The values of the release. */
export function chartValues({ options, namespaces }: World): KubernetesObject {
  const { servers, peers } = namespaces;
  const allowPrivate = { env: { WEBHOOK_ALLOW_PRIVATE: true } };
  return {
    global: {
      image: { registry: options.registry, prefix: options['image-prefix'], tag: options.tag },
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
    // The receiver of the test has an address of the cluster.
    [serviceOf('workflows')]: allowPrivate,
    [serviceOf('enrollments')]: allowPrivate,
    [serviceOf('webhooks')]: allowPrivate,
  };
}
