import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FailuresService } from '@drippulse/proto/drippulse/enrollments/v1/failures_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ConnectionChecksService } from '@drippulse/proto/drippulse/integrations/v1/connection_checks_pb';
import {
  ConnectPagesService,
  IntegrationConnectionsService,
} from '@drippulse/proto/drippulse/integrations/v1/connections_pb';
import { IntegrationEventSchema } from '@drippulse/proto/drippulse/integrations/v1/events_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import { createHarness } from '@drippulse/service/harness';
import { publicService, servedBy, serviceOf } from '@drippulse/topology';
import type { Config } from '../src/config.ts';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

export { editor, stranger } from '@drippulse/service/harness';

export const admin: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'admin', mode: 'live' };

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service on a database of its own. Its fake peers have two admins, and the workflows in `uses`. */
export async function startHarness(o: { env?: Record<string, string>; config?: Partial<Config> } = {}) {
  const mails = await mkdtemp(join(tmpdir(), 'integrations-mails-'));
  const uses: { workflowId: bigint; name: string; stepIds: string[]; actions: string[] }[] = [];
  /** The role of every member. If undefined, the organization has no members left. */
  const actor: { role: Role | undefined } = { role: Role.ADMIN };
  const harness = await createHarness(service, {
    env: { MAIL_DIR: mails, ...o.env },
    ...(o.config && { config: o.config }),
    peers: [
      {
        name: servedBy(IdentityService),
        routes: (router) =>
          router.service(IdentityService, {
            getActorRole: () => actor,
            listRecipients: () => ({
              recipients: [
                { userId: 1n, email: 'ada@example.com', role: Role.ADMIN },
                { userId: 2n, email: 'alan@example.com', role: Role.ADMIN },
              ],
            }),
          }),
      },
      {
        name: servedBy(WorkflowCatalogService),
        routes: (router) => router.service(WorkflowCatalogService, { listConnectionUses: () => ({ workflows: uses }) }),
      },
      {
        name: servedBy(FailuresService),
        routes: (router) => router.service(FailuresService, { retryFailures: () => ({ retried: 0, isLast: true }) }),
      },
    ],
  });
  await harness.start();
  const events = await harness.collect(IntegrationEventSchema);
  const db = harness.connect<DB>();
  return {
    config: harness.config,
    start: harness.start,
    stopServices: harness.stopServices,
    connections: harness.clientsFrom(publicService, IntegrationConnectionsService),
    checks: harness.clientsFrom(serviceOf('workflows'), ConnectionChecksService),
    pages: harness.clientsFrom(publicService, ConnectPagesService),
    events,
    db,
    uses,
    actor,
    /** Returns the file names of the mails sent so far. */
    mails: async () => (await readdir(mails)).filter((name) => name.endsWith('.eml')),
    async stop() {
      await harness.stop();
      await rm(mails, { recursive: true, force: true });
    },
  };
}
