import { randomBytes } from 'node:crypto';
import { service as enrollments } from '@drippulse/enrollments';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { service as identity } from '@drippulse/gateway/identity';
import {
  bootstrapIdentity,
  connectIdentity,
  createApiKeyText,
  createOrganization,
} from '@drippulse/gateway/organizations';
import { createLogger } from '@drippulse/observability';
import { freePort } from '@drippulse/servers';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { addressVariable, publicService, type ServiceName, serviceOf } from '@drippulse/topology';
import { service as definitions } from '@drippulse/workflows';
import type { BenchPostgres } from '../start-postgres.ts';
import { type Api, createApi } from './api.ts';
import { type Child, startChild } from './child.ts';
import { loadService } from './load-service.ts';

/** The public API, workflows and enrollments, each service in a process of its own, over gRPC. */
export type Services = {
  gateway: Child;
  workflows: Child;
  runtime: Child;
  /** The key of the first organization, which is number 1. */
  apiKey: string;
  api: Api;
  /** Adds an organization, and returns the API with a session of its administrator. */
  addOrganization(name: string): Promise<Api>;
  stop(): Promise<void>;
};

const file = new URL('service-process.ts', import.meta.url);

/**
 * Starts the services on an empty database, each with the additional options of node and environment variables. It also
 * starts the services in `also`, whose addresses the other services then get.
 */
export async function startServices(
  { url }: BenchPostgres,
  execArgv: readonly string[] = [],
  env: Record<string, string> = {},
  also: readonly ServiceName[] = [],
): Promise<Services> {
  for (const service of [identity, definitions, enrollments, ...(await Promise.all(also.map(loadService)))]) {
    await service.migrate?.(url);
  }
  await migrateEmbeddedTransport(url);
  const apiKey = createApiKeyText('live');
  await bootstrapIdentity(url, { username: 'admin', password: randomBytes(12).toString('hex'), apiKey });
  const keys = createTestKeys();
  const ports = { gateway: await freePort(), workflows: await freePort(), runtime: await freePort() };
  const further: { name: ServiceName; port: number }[] = [];
  for (const name of also) further.push({ name, port: await freePort() });
  const addresses = {
    [addressVariable(serviceOf('identity'))]: `127.0.0.1:${ports.gateway}`,
    [addressVariable(serviceOf('workflows'))]: `127.0.0.1:${ports.workflows}`,
    [addressVariable(serviceOf('enrollments'))]: `127.0.0.1:${ports.runtime}`,
    ...Object.fromEntries(further.map(({ name, port }) => [addressVariable(name), `127.0.0.1:${port}`])),
  };
  const start = (service: ServiceName, port: number, more = {}) =>
    startChild(
      file,
      {
        ...keys.environmentOf(service, url),
        ...env,
        ...addresses,
        ...more,
        BENCH_SERVICE: service,
        GRPC_PORT: String(port),
      },
      { execArgv },
    );
  const workflows = await start(serviceOf('workflows'), ports.workflows);
  const runtime = await start(serviceOf('enrollments'), ports.runtime);
  const gateway = await start(publicService, ports.gateway, {
    PORT: '0',
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_BURST: '1000000',
  });
  const others: Child[] = [];
  for (const { name, port } of further) others.push(await start(name, port));
  const base = `http://127.0.0.1:${gateway.port}/api/v1`;
  return {
    gateway,
    workflows,
    runtime,
    apiKey,
    api: createApi(base, apiKey),
    async addOrganization(name) {
      const identity = connectIdentity(url, createLogger({ service: 'bench', level: 'silent' }));
      const { password } = await createOrganization(identity, { name, username: name, email: `${name}@example.com` });
      await identity.close();
      const { token } = await createApi(base, '')('POST', '/auth/login', { username: name, password });
      return createApi(base, token);
    },
    async stop() {
      for (const service of [gateway, ...others, runtime, workflows]) await service.stop();
    },
  };
}
