import { readFileSync } from 'node:fs';
import { loadService } from '@drippulse/local/load-service';
import { generateInternalTokenKeys } from '@drippulse/rpc';
import { readPeerAddresses, readProcessEnv } from '@drippulse/service';
import { findHelm } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import {
  layoutProcesses,
  processEntry,
  processNames,
  processOf,
  type RoleName,
  roleProcesses,
  type ServiceName,
  serviceNames,
  serviceOf,
  serviceOfPeer,
  servicesOf,
} from '@drippulse/topology';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type KubernetesObject, objectsOf, platform, podOf, render } from '../src/render.ts';

const composeFile = new URL('../../../deploy/compose.yaml', import.meta.url);
const secretNames = [...new Set(processNames.flatMap((process) => processEntry(process).secrets))];
const key = Buffer.alloc(32, 7).toString('base64');
const tokenKeys = generateInternalTokenKeys(serviceNames);
const processes = await Promise.all(
  processNames.map(async (process) => [process, await Promise.all(servicesOf(process).map(loadService))] as const),
);

const tools = await findHelm();
if ('unavailable' in tools) notRun(tools);
else {
  const objects = objectsOf(await render(tools.helm, platform, 'production'));

  test.each(processes)('the chart gives %s every variable that it needs', (service, own) => {
    const deployment = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(service));
    const [{ env, name }] = podOf(deployment as KubernetesObject).containers;
    expect(name).toBe(service);
    const configs = own.map(({ readConfig }) => readConfig(environmentOf(env, tokenKeys[service])));
    expect(configs).toContainEqual(expect.objectContaining({ databaseUrl: 'postgres://role:password@db/drippulse' }));
  });

  const kafka = {
    ssl: { caFile: '/etc/drippulse/kafka/ca.crt' },
    sasl: { mechanism: 'scram-sha-512', username: 'value of kafka-user', password: 'value of kafka-user' },
    topics: { partitions: 12, retentionHours: 336, replicas: 3, minInSync: 2 },
  };

  test.each(processNames)('the chart gives %s the variables of TLS and traces', (service) => {
    const pod = podOf(named('Deployment', service));
    const env = environmentOf(pod.containers[0].env, '');
    const settings = readProcessEnv(env);
    expect(settings.grpcTls).toEqual({
      caFile: '/etc/drippulse/grpc/ca.crt',
      certFile: '/etc/drippulse/grpc/tls.crt',
      keyFile: '/etc/drippulse/grpc/tls.key',
    });
    expect(settings.shutdownDelayMs).toBe(10_000);
    expect(env).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: expect.any(String), OTEL_TRACES_SAMPLER_ARG: '0.1' });
    const secrets: Record<string, string> = { '/etc/drippulse/grpc': 'drippulse-grpc-tls' };
    if (processEntry(service).servers.includes('kafka')) {
      expect(settings.kafka.brokers).toContain('kafka-0.example.com:9093');
      expect(settings.kafka).toMatchObject(kafka);
      secrets['/etc/drippulse/kafka'] = 'kafka-tls';
    }
    expect(mountedSecrets(pod)).toEqual(secrets);
  });

  test('a Job creates the topics with the same settings, before the pods', () => {
    const job = named('Job', 'topics');
    expect(job.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    const pod = podOf(job);
    expect(pod.containers[0]).toMatchObject({
      image: expect.stringContaining(serviceOf('webhooks')),
      args: ['src/topics.ts'],
    });
    expect(readProcessEnv(environmentOf(pod.containers[0].env, '')).kafka).toMatchObject(kafka);
    expect(mountedSecrets(pod)).toEqual({ '/etc/drippulse/kafka': 'kafka-tls' });
  });

  function named(kind: string, name: string): KubernetesObject {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === `drippulse-${name}`);
    if (found === undefined) throw new Error(`there is no ${kind} of ${name}`);
    return found;
  }
}

test.each(processes)('the compose file gives %s every variable that it needs', (service, own) => {
  const { services } = parse(readFileSync(composeFile, 'utf8'), { merge: true });
  const variables = Object.entries<string>(services[service].environment);
  const env = [
    ...variables.map(([name, value]) => ({ name, value: withDefaults(value) })),
    ...secretNames.map((name) => ({ name })),
  ];
  const seen = environmentOf(env, tokenKeys[service]);
  for (const { readConfig } of own) readConfig(seen);
  expect(readProcessEnv(seen).kafka.brokers).toEqual(['kafka:9092']);
  expect(readPeerAddresses(service, seen)).toEqual(
    Object.fromEntries(callsOf(service).map((peer) => [peer, `${peerProcess(peer)}:8081`])),
  );
  expect(services[service].env_file).toEqual([expect.stringContaining(`/${service}.env`)]);
  expect(services[`migrate-${service}`]).toMatchObject({ image: services[service].image, command: ['src/migrate.ts'] });
  expect(services[service]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
});

/** Returns a value of the compose file with the defaults in place of shell variables. */
function withDefaults(value: string): string {
  return String(value).replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
}

const callsOf = (name: ServiceName) => layoutProcesses.find((process) => process.name === name)?.calls ?? [];

/**
 * Returns the process in which a peer runs. It is the process of the peer's role, or of the service in which the peer
 * runs.
 */
function peerProcess(peer: ServiceName | RoleName): string {
  const service = serviceOfPeer(peer);
  return service === peer ? processOf(service) : peer;
}

test.each(roleProcesses)('the compose file starts $name beside $service, with its image and its secrets', (role) => {
  const { services } = parse(readFileSync(composeFile, 'utf8'), { merge: true });
  const [own, other] = [services[role.name], services[role.service]];
  expect(own.image).toBe(other.image);
  expect(own.env_file).toEqual(other.env_file);
  expect([own.environment.ROLE, other.environment.ROLE]).toEqual([role.role, role.besides]);
});

/** Returns the names of the Secrets that a pod's container mounts, by the folder of the mount. */
function mountedSecrets(pod: KubernetesObject['spec']): Record<string, string> {
  const mounts: { name: string; mountPath: string; readOnly: boolean }[] = pod.containers[0].volumeMounts ?? [];
  const volumes: { name: string; secret?: { secretName: string } }[] = pod.volumes ?? [];
  const secretOf = (name: string) => volumes.find((volume) => volume.name === name)?.secret?.secretName;
  const mounted = mounts.map(({ name, mountPath }) => [mountPath, secretOf(name)] as const);
  return Object.fromEntries(mounted.flatMap(([path, secret]) => (secret === undefined ? [] : [[path, secret]])));
}

type Variable = { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; optional?: boolean } } };

/** Returns the environment of a pod's container, as it is when the Secrets have every required key. */
function environmentOf(env: Variable[], ownTokenKeys: string): NodeJS.ProcessEnv {
  const secrets: Record<string, string> = {
    ...Object.fromEntries(secretNames.map((name) => [name, key])),
    DATABASE_URL: 'postgres://role:password@db/drippulse',
    INTERNAL_TOKEN_KEYS: ownTokenKeys,
  };
  const seen = ({ name, value, valueFrom }: Variable) =>
    value ??
    secrets[name] ??
    (valueFrom && !valueFrom.secretKeyRef.optional ? `value of ${valueFrom.secretKeyRef.name}` : undefined);
  return Object.fromEntries(env.map((variable) => [variable.name, seen(variable)]));
}
