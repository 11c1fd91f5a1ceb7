import { createLookUps, type Resolve, resolveWithNameServers } from '@drippulse/http';
import { RuntimeService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { defineService } from '@drippulse/service';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { startSealVersions } from './loops/seal-versions.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';
import { workflowLoader } from './workflows/load-workflow.ts';
import { findMode } from './workflows/mode.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = { resolve?: Resolve };

export const service = defineService<Config, DB, Overrides>({
  name: 'workflows',
  readConfig,
  migrations,
  rowModes: ({ db }) => ({ workflows: (caller, id) => findMode(db.kysely, caller, id) }),
  open(base, keep, { resolve = resolveWithNameServers }) {
    const ctx: Context = {
      ...base,
      clients: { identity: base.client(IdentityService), runtime: base.client(RuntimeService) },
      loadWorkflow: workflowLoader(base.db.kysely),
      lookUp: createLookUps(resolve),
      metrics: createServiceMetrics(base.registry),
    };
    keep(startSealVersions(ctx));
    return routesOf(ctx);
  },
});
