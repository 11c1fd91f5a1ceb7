import { randomBytes } from 'node:crypto';
import { service as records } from '@drippulse/crm';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { service as identity } from '@drippulse/gateway/identity';
import { bootstrapIdentity, createApiKeyText } from '@drippulse/gateway/organizations';
import { service as integrations } from '@drippulse/integrations';
import { freePort } from '@drippulse/servers';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { addressVariable, nodeFlagsOf, publicService } from '@drippulse/topology';
import { type Api, createApi } from '../services/api.ts';
import { type Child, startChild } from '../services/child.ts';
import type { BenchPostgres } from '../start-postgres.ts';

/** Gateway, crm and integrations, each in a process of its own, over gRPC. */
export type Import = { integrations: Child; crm: Child; api: Api; base: string; apiKey: string; stop(): Promise<void> };

const file = new URL('../services/service-process.ts', import.meta.url);

export async function startImport({ url }: BenchPostgres): Promise<Import> {
  for (const service of [identity, records, integrations]) await service.migrate(url);
  await migrateEmbeddedTransport(url);
  const apiKey = createApiKeyText('live');
  await bootstrapIdentity(url, { username: 'admin', password: randomBytes(12).toString('hex'), apiKey });
  const keys = createTestKeys();
  const ports = { crm: await freePort(), integrations: await freePort() };
  const addresses = {
    [addressVariable(records.name)]: `127.0.0.1:${ports.crm}`,
    [addressVariable(integrations.name)]: `127.0.0.1:${ports.integrations}`,
  };
  const start = (name: typeof records.name, port: number) =>
    startChild(
      file,
      { ...keys.environmentOf(name, url), ...addresses, BENCH_SERVICE: name, GRPC_PORT: String(port) },
      { execArgv: nodeFlagsOf(name) },
    );
  const crm = await start(records.name, ports.crm);
  const imports = await start(integrations.name, ports.integrations);
  const gateway = await startChild(file, {
    ...keys.environmentOf(publicService, url),
    ...addresses,
    BENCH_SERVICE: publicService,
    GRPC_PORT: String(await freePort()),
    PORT: '0',
    RATE_LIMIT_PER_MINUTE: '1000000',
    RATE_LIMIT_BURST: '1000000',
  });
  const base = `http://127.0.0.1:${gateway.port}/api/v1`;
  return {
    integrations: imports,
    crm,
    api: createApi(base, apiKey),
    base,
    apiKey,
    async stop() {
      for (const service of [gateway, imports, crm]) await service.stop();
    },
  };
}
