import { createLookUps, type Resolve, resolveWithNameServers } from '@drippulse/http';
import { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ConnectionChecksService } from '@drippulse/proto/drippulse/integrations/v1/connection_checks_pb';
import { SenderChecksService } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { WorkflowSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { audited, defineService } from '@drippulse/service';
import { lockRevision } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { createServiceMetrics } from './metrics.ts';
import { organizationTables } from './organization-tables.ts';
import { routesOf } from './rpc/index.ts';
import { sealedColumns } from './sealed-columns.ts';
import { createWorkplace } from './workflows/in-turns.ts';
import { workflowLoader } from './workflows/load-workflow.ts';
import { findMode } from './workflows/mode.ts';
import { lockWorkflow } from './workflows/rows.ts';
import { workflowToProto } from './workflows/to-proto.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = { resolve?: Resolve };

export const service = defineService<Config, DB, Overrides>({
  name: 'workflows',
  readConfig,
  migrations,
  organizationTables,
  sealed: sealedColumns,
  rowModes: ({ db }) => ({ workflows: (caller, id) => findMode(db.kysely, caller, id) }),
  rowRevisions: { workflows: lockRevision('workflows') },
  auditedRows: () => ({
    workflows: audited(WorkflowSchema, async (trx: Transaction<DB>, { organizationId }, id: bigint) =>
      workflowToProto(await lockWorkflow(trx, organizationId, id)),
    ),
  }),
  open(base, _keep, { resolve = resolveWithNameServers }) {
    const ctx: Context = {
      ...base,
      clients: {
        identity: base.client(IdentityService),
        runtime: base.client(RuntimeService),
        senders: base.client(SenderChecksService),
        connections: base.client(ConnectionChecksService),
      },
      loadWorkflow: workflowLoader(base.db.kysely),
      lookUp: createLookUps(resolve),
      workplace: createWorkplace(),
      metrics: createServiceMetrics(base.registry),
    };
    return routesOf(ctx);
  },
});
