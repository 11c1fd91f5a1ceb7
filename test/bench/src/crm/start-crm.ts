import { randomBytes } from 'node:crypto';
import { service as records } from '@drippulse/crm';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { service as identity } from '@drippulse/gateway/identity';
import { bootstrapIdentity, createApiKeyText } from '@drippulse/gateway/organizations';
import { freePort } from '@drippulse/servers';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { addressVariable, nodeFlagsOf, publicService } from '@drippulse/topology';
import { type Api, createApi } from '../services/api.ts';
import { type Child, startChild } from '../services/child.ts';
import type { BenchPostgres } from '../start-postgres.ts';

/** Gateway and crm, each in a process of its own, over gRPC. The bench does not use the other services. */
export type Crm = {
  gateway: Child;
  crm: Child;
  /** The API of the first organization, which is number 1. */
  api: Api;
  base: string;
  apiKey: string;
  stop(): Promise<void>;
};

const file = new URL('../services/service-process.ts', import.meta.url);

export async function startCrm({ url }: BenchPostgres): Promise<Crm> {
  for (const service of [identity, records]) await service.migrate(url);
  await migrateEmbeddedTransport(url);
  const apiKey = createApiKeyText('live');
  await bootstrapIdentity(url, { username: 'admin', password: randomBytes(12).toString('hex'), apiKey });
  const keys = createTestKeys();
  const port = await freePort();
  const crm = await startChild(
    file,
    {
      ...keys.environmentOf(records.name, url),
      BENCH_SERVICE: records.name,
      GRPC_PORT: String(port),
    },
    { execArgv: nodeFlagsOf(records.name) },
  );
  const gateway = await startChild(file, {
    ...keys.environmentOf(publicService, url),
    BENCH_SERVICE: publicService,
    GRPC_PORT: String(await freePort()),
    [addressVariable(records.name)]: `127.0.0.1:${port}`,
    PORT: '0',
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_BURST: '1000000',
  });
  const base = `http://127.0.0.1:${gateway.port}/api/v1`;
  return {
    gateway,
    crm,
    api: createApi(base, apiKey),
    base,
    apiKey,
    async stop() {
      for (const service of [gateway, crm]) await service.stop();
    },
  };
}
