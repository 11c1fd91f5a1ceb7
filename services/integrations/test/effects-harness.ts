import { createSealer } from '@drippulse/db';
import { IntegrationConnectionsService } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import { clientFor } from '@drippulse/rpc';
import { createHarness, type HarnessOptions } from '@drippulse/service/harness';
import { publicService, serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Config } from '../src/config.ts';
import { sealCredentials } from '../src/connections/credentials.ts';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

export { editor, stranger } from './harness.ts';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

type Overrides = NonNullable<Parameters<typeof service.start>[1]>;
type Options = HarnessOptions<Config, Pick<Overrides, 'catalog' | 'fault'>>;

/** Starts the service on a database of its own. */
export async function startHarness({ start = true, ...options }: Options & { start?: boolean } = {}) {
  const harness = await createHarness(service, options);
  if (start) await harness.start();
  const db = harness.connect<DB>().kysely;
  return {
    ...harness,
    db,
    connections: harness.clientsFrom(publicService, IntegrationConnectionsService),
    /** Requests effects as the runtime does. */
    effects: clientFor(EffectsService, {
      peers: harness.peers,
      target: serviceOf('integrations'),
      tokens: harness.keys.tokensOf(serviceOf('enrollments')),
    }),
    /** Stores a connection as the service would store it. */
    async addConnection(
      provider: string,
      credentials: Record<string, string>,
      more: { organizationId?: bigint; externalKey?: string } = {},
    ) {
      const { organizationId = 1n, externalKey = 'default' } = more;
      const { rows } = await sql<{ id: bigint }>`select nextval('connections_id_seq') as id`.execute(db);
      const id = BigInt(rows[0]?.id ?? 0n);
      const sealer = createSealer(harness.config.encryptionKeys);
      const sealed = sealCredentials(sealer, { organizationId, id }, credentials);
      const now = new Date();
      const row = { id, organization_id: organizationId, provider, external_key: externalKey, status: 'active' };
      await db
        .insertInto('connections')
        .values({ ...row, ...sealed, shown_credentials: '{}', created_at: now, updated_at: now })
        .execute();
      return id;
    },
  };
}
