import { randomBytes } from 'node:crypto';
import { migrateEmbeddedTransport } from '@drippulse/events';
import {
  bootstrapIdentity,
  connectIdentity,
  createApiKeyText,
  createOrganization,
} from '@drippulse/gateway/organizations';
import { createLogger } from '@drippulse/observability';
import { freePort } from '@drippulse/servers';
import { createTestKeys } from '@drippulse/service/harness/keys';
import {
  addressVariable,
  nodeFlagsOf,
  processNames,
  processOf,
  publicService,
  serviceNames,
} from '@drippulse/topology';
import { createApi } from '../services/api.ts';
import { type Child, startChild } from '../services/child.ts';
import { loadService } from '../services/load-service.ts';
import type { BenchPostgres } from '../start-postgres.ts';
import { readPodLimits } from './pod-limits.ts';

/** All processes of the platform, which call each other over gRPC. */
export type Platform = {
  /** The processes by name. */
  processes: ReadonlyMap<string, Child>;
  /** Base URL of the API. */
  base: string;
  port: number;
  /** An API key of the first organization, and a session of a second one. */
  first: string;
  addOrganization(name: string): Promise<string>;
  stop(): Promise<void>;
};

const file = new URL('../services/service-process.ts', import.meta.url);

export async function startPlatform({ url }: BenchPostgres): Promise<Platform> {
  for (const name of serviceNames) await (await loadService(name)).migrate?.(url);
  await migrateEmbeddedTransport(url);
  const first = createApiKeyText('live');
  await bootstrapIdentity(url, { username: 'admin', password: randomBytes(12).toString('hex'), apiKey: first });
  const keys = createTestKeys();
  const ports = new Map<string, number>();
  for (const name of processNames) ports.set(name, await freePort());
  const addresses = serviceNames.map((name) => [addressVariable(name), `127.0.0.1:${ports.get(processOf(name))}`]);
  const limits = await readPodLimits(processNames);
  const processes = new Map<string, Child>();
  // The gateway starts last, because it serves only when all other processes do.
  for (const name of [...processNames].sort((one) => (one === publicService ? 1 : -1))) {
    const env = {
      ...Object.fromEntries(addresses),
      ...keys.environmentOf(name, url),
      BENCH_SERVICE: name,
      BENCH_STALLS: 'true',
      GRPC_PORT: String(ports.get(name)),
      WEBHOOK_ALLOW_PRIVATE: 'true',
      ...(name === publicService && { PORT: '0' }),
    };
    // Half of the memory is for the heap, as it is by Node's default in a container.
    const heap = `--max-old-space-size=${(limits.get(name) ?? Number.NaN) / 2}`;
    processes.set(name, await startChild(file, env, { execArgv: [...nodeFlagsOf(name), heap] }));
  }
  const port = processes.get(publicService)?.port ?? 0;
  const base = `http://127.0.0.1:${port}/api/v1`;
  return {
    processes,
    base,
    port,
    first,
    async addOrganization(name) {
      const connected = connectIdentity(url, createLogger({ service: 'bench', level: 'silent' }));
      const { password } = await createOrganization(connected, { name, username: name, email: `${name}@example.com` });
      await connected.close();
      const { token } = await createApi(base, '')('POST', '/auth/login', { username: name, password });
      return token;
    },
    async stop() {
      for (const process of [...processes.values()].reverse()) await process.stop();
    },
  };
}
