import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { createLimiters, defineService } from '@drippulse/service';
import { migrations } from '../db/migrations/index.ts';
import type { DB } from '../db/schema.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { startExpiryLoop } from './loops/expiry.ts';
import { modeOfProject } from './projects/mode.ts';
import { identityRoutes } from './rpc/index.ts';
import { createLoginLimits } from './sessions/login-limits.ts';
import { createPasswords } from './sessions/passwords.ts';
import { createSessionTokens } from './sessions/tokens.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = { redisTimeoutMs?: number };

/** Identity. Callers reach it by clients of `identity.v1` alone. */
export const service = defineService<Config, DB, Overrides>({
  name: 'identity',
  readConfig,
  migrations,
  rowModes: (base) => {
    const clients = { workflows: base.client(WorkflowCatalogService) };
    return { projects: (caller, id) => modeOfProject(clients, caller, id) };
  },
  open(base, keep, { redisTimeoutMs: timeoutMs }) {
    const { config, clock, log, registry } = base;
    const limiters = keep(createLimiters(config.redisUrl, { log, registry, timeoutMs }));
    const ctx: Context = {
      ...base,
      clients: { workflows: base.client(WorkflowCatalogService) },
      passwords: createPasswords(),
      sessionTokens: createSessionTokens(config.sessionKeys, clock),
      loginLimits: createLoginLimits(limiters),
    };
    keep(startExpiryLoop(ctx));
    return identityRoutes(ctx);
  },
});
