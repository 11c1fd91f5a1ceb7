import { fileURLToPath } from 'node:url';
import type { World } from '../world.ts';

const chart = fileURLToPath(new URL('../../../../helm/servers', import.meta.url));

/**
 * Installs PostgreSQL, Kafka and Redis with their own chart, and waits until they are ready. Their data is lost when
 * the pods end.
 */
export async function installServers({ options, tools, namespaces }: World, postgresPassword: string): Promise<void> {
  const namespace = namespaces.servers;
  const secret = 'drippulse-postgres-password';
  await tools.apply([
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secret, namespace },
      stringData: { POSTGRES_PASSWORD: postgresPassword },
    },
  ]);
  // A node that is short of CPU divides it in proportion to the requests. All pods of the release wait for the
  // database, so it requests ten times as much as one of them.
  const small = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { memory: '1Gi' } });
  const values = {
    from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespaces.release } } }],
    postgres: {
      image: options['postgres-image'],
      storage: '',
      passwordSecret: { name: secret },
      resources: small('300m', '192Mi'),
    },
    kafka: { image: options['kafka-image'], storage: '', heap: '-Xms64m -Xmx384m', resources: small('50m', '384Mi') },
    redis: { image: options['redis-image'], resources: small('20m', '16Mi') },
  };
  const words = ['install', 'servers', chart, '--namespace', namespace, '--wait', '--timeout', '5m', '--values', '-'];
  await tools.helm(words, JSON.stringify(values));
}
