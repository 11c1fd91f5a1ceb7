import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { IntegrationConnectionsService } from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { DataSourceRunsService, DataSourcesService } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { IntegrationErasuresService } from '@drippulse/proto/drippulse/integrations/v1/erasures_pb';
import { IntegrationEventSchema } from '@drippulse/proto/drippulse/integrations/v1/events_pb';
import type { Caller } from '@drippulse/rpc';
import { createHarness, editor, setSuspended } from '@drippulse/service/harness';
import { publicService, serviceOf } from '@drippulse/topology';
import type { DB } from '../src/db/schema.ts';
import { type Overrides, service } from '../src/service.ts';
import { createCrmPeer } from './crm-peer.ts';

export { editor, stranger } from '@drippulse/service/harness';

/** The caller of a test key of organization 1. */
export const tester: Caller = { ...editor, actor: { type: 'api_key', id: '5' }, role: 'admin', mode: 'test' };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service on a database of its own, with a CRM in memory. */
export async function startHarness(
  options: { overrides?: Overrides; env?: Record<string, string>; start?: boolean } = {},
) {
  const crm = createCrmPeer();
  const harness = await createHarness(service, {
    env: { WEBHOOK_ALLOW_PRIVATE: 'true', ...options.env },
    overrides: options.overrides ?? {},
    peers: [{ name: serviceOf('crm'), routes: crm.routes }],
  });
  if (options.start !== false) await harness.start();
  const reach = <S extends DescService>(rpc: S): ((caller: Caller) => Client<S>) =>
    harness.clientsFrom(publicService, rpc);
  return {
    crm,
    config: harness.config,
    keys: harness.keys,
    log: harness.log,
    db: harness.connect<DB>().kysely,
    connections: reach(IntegrationConnectionsService),
    sources: reach(DataSourcesService),
    runs: reach(DataSourceRunsService),
    erasures: harness.clientsFrom(serviceOf('enrollments'), IntegrationErasuresService),
    published: await harness.collect(IntegrationEventSchema),
    start: harness.start,
    stopServices: harness.stopServices,
    keep: harness.keep,
    setSuspended: (organizationId: bigint, isNowSuspended: boolean, sequence: bigint) =>
      setSuspended({ events: harness.events, group: service.name }, { organizationId, isNowSuspended, sequence }),
    stop: harness.stop,
  };
}
