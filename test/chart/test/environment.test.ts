import { readFileSync } from 'node:fs';
import { readConfig as readCrm } from '@drippulse/crm';
import { readConfig as readRuntime } from '@drippulse/enrollment-runtime';
import { readConfig as readGateway } from '@drippulse/gateway';
import { generateInternalTokenKeys, serviceNames } from '@drippulse/rpc';
import { findHelm } from '@drippulse/testing';
import { readConfig as readWebhooks } from '@drippulse/webhook-delivery';
import { readConfig as readWorkflows } from '@drippulse/workflows';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type KubernetesObject, objectsOf, podOf, render } from '../src/render.ts';
import { notRun } from './unavailable.ts';

const composeFile = new URL('../../../deploy/compose.yaml', import.meta.url);
const secretNames = ['DATABASE_URL', 'INTERNAL_TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS'];
const key = Buffer.alloc(32, 7).toString('base64');
const tokenKeys = generateInternalTokenKeys(serviceNames);
const readers = {
  gateway: readGateway,
  workflows: readWorkflows,
  'enrollment-runtime': readRuntime,
  'webhook-delivery': readWebhooks,
  crm: readCrm,
};

const tools = await findHelm();
if ('unavailable' in tools) notRun(tools);
else {
  const objects = objectsOf(await render(tools.helm, 'production'));

  test.each(Object.entries(readers))('the chart gives %s every variable that it needs', (service, readConfig) => {
    const deployment = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(service));
    const [{ env, name }] = podOf(deployment as KubernetesObject).containers;
    expect(name).toBe(service);
    const config = readConfig(environmentOf(env, tokenKeys[service as keyof typeof tokenKeys]));
    expect(config.databaseUrl).toBe('postgres://role:password@db/drippulse');
    if ('kafkaBrokers' in config) expect(config.kafkaBrokers).toContain('kafka-0.example.com:9093');
  });
}

test.each(Object.entries(readers))('the compose file gives %s every variable that it needs', (service, readConfig) => {
  const { services } = parse(readFileSync(composeFile, 'utf8'), { merge: true });
  const variables = Object.entries<string>(services[service].environment);
  const env = [...variables.map(([name, value]) => ({ name, value })), ...secretNames.map((name) => ({ name }))];
  const config = readConfig(environmentOf(env, tokenKeys[service as keyof typeof tokenKeys]));
  if ('kafkaBrokers' in config) expect(config.kafkaBrokers).toEqual(['kafka:9092']);
  expect(services[service].env_file).toEqual([expect.stringContaining(`/${service}.env`)]);
  expect(services[`migrate-${service}`]).toMatchObject({ image: services[service].image, command: ['src/migrate.ts'] });
  expect(services[service]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
});

/** What the container of a pod sees when its Secret holds what it must. */
function environmentOf(env: { name: string; value?: string }[], ownTokenKeys: string): NodeJS.ProcessEnv {
  const secrets: Record<string, string> = {
    DATABASE_URL: 'postgres://role:password@db/drippulse',
    INTERNAL_TOKEN_KEYS: ownTokenKeys,
    ENCRYPTION_KEYS: key,
    SESSION_KEYS: key,
  };
  return Object.fromEntries(env.map(({ name, value }) => [name, value ?? secrets[name]]));
}
