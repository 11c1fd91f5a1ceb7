import type { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { ClientOf, ServiceBase } from '@drippulse/service';
import type { DB } from '../db/schema.ts';
import type { Config } from './config.ts';
import type { LoginLimits } from './sessions/login-limits.ts';
import type { Passwords } from './sessions/passwords.ts';
import type { SessionTokens } from './sessions/tokens.ts';

/** The parts that every operation of identity works with. */
export type Context = ServiceBase<Config, DB> & {
  clients: { workflows: ClientOf<typeof WorkflowCatalogService> };
  passwords: Passwords;
  sessionTokens: SessionTokens;
  loginLimits: LoginLimits;
};
