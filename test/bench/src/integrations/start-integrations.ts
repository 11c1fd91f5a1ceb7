import type { Client } from '@connectrpc/connect';
import { createSealer } from '@drippulse/db';
import { migrateEmbeddedTransport } from '@drippulse/events';
import { service } from '@drippulse/integrations';
import { sealCredentials } from '@drippulse/integrations/credentials';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { clientFor, createGrpcPeers } from '@drippulse/rpc';
import { freePort } from '@drippulse/servers';
import { createTestKeys } from '@drippulse/service/harness/keys';
import { serviceOf } from '@drippulse/topology';
import { type Child, startChild } from '../services/child.ts';
import type { BenchPostgres } from '../start-postgres.ts';

/** The integrations service in a process of its own, as the runtime calls it. */
export type Integrations = {
  process: Child;
  /** Asks for effects in the name of an organization. */
  as(organizationId: bigint): Client<typeof EffectsService>;
  stop(): Promise<void>;
};

/**
 * Starts the service. Organizations 1 to `organizations` have a connection to Stripe. The organization `hanging` gets
 * no answers.
 */
export async function startIntegrations(
  postgres: BenchPostgres,
  { providerUrl, organizations, hanging }: { providerUrl: string; organizations: number; hanging: number },
): Promise<Integrations> {
  const keys = createTestKeys();
  const environment = keys.environmentOf(service.name, postgres.url);
  const grpcPort = await freePort();
  await service.migrate(postgres.url);
  await migrateEmbeddedTransport(postgres.url);
  const sealer = createSealer(environment['ENCRYPTION_KEYS'] ?? '');
  for (let organization = 1; organization <= organizations; organization += 1) {
    const secret_key = `sk_test_${organization === hanging ? 'hanging' : 'quick'}${organization}00000000`;
    await addConnection(postgres, sealer, { organization, secret_key });
  }
  const config = service.readConfig({
    ...environment,
    GRPC_PORT: String(grpcPort),
    LOG_LEVEL: 'warn',
    PROVIDER_HOSTS_OVERRIDE: providerUrl,
  });
  const child = await startChild(new URL('integrations-process.ts', import.meta.url), {
    BENCH_CONFIG: JSON.stringify(config),
  });
  const target = serviceOf('integrations');
  const peers = createGrpcPeers({ [target]: `127.0.0.1:${grpcPort}` });
  const caller = serviceOf('enrollments');
  const tokens = keys.tokensOf(caller);
  const effects = clientFor(EffectsService, { peers, target, tokens });
  return {
    process: child,
    as: (organizationId) =>
      effects({ organizationId, actor: { type: 'workflow', id: '12', hops: 1 }, role: 'editor', mode: 'live' }),
    async stop() {
      peers.close();
      await child.stop();
    },
  };
}

async function addConnection(
  { client }: BenchPostgres,
  sealer: ReturnType<typeof createSealer>,
  { organization, secret_key }: { organization: number; secret_key: string },
): Promise<void> {
  const place = { organizationId: BigInt(organization), id: BigInt(organization) };
  const { credentials, data_key } = sealCredentials(sealer, place, { secret_key });
  await client.query(
    `insert into integrations.connections (
       id, organization_id, provider, external_key, status, credentials, data_key, shown_credentials, account_id, created_at, updated_at)
     values ($1, $1, 'stripe', 'default', 'active', $2, $3, '{}', $4, now(), now())`,
    [organization, credentials, data_key, `acct_${organization}`],
  );
}
