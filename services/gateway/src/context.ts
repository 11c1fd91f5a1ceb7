import type { Client, HandlerContext } from '@connectrpc/connect';
import type { Database, Sealer } from '@drippulse/db';
import type { Clock } from '@drippulse/loops';
import type { Logger } from '@drippulse/observability';
import type { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { DB } from './db/schema.ts';
import type { Credentials } from './identity/credentials.ts';
import type { LoginLimits } from './identity/sessions/login-limits.ts';
import type { Passwords } from './identity/sessions/passwords.ts';
import type { SessionTokens } from './identity/sessions/tokens.ts';

/** What every operation of identity works with. */
export type Context = {
  db: Database<DB>;
  sealer: Sealer;
  clients: { workflows(caller: Caller, from?: HandlerContext): Client<typeof WorkflowCatalogService> };
  clock: Clock;
  log: Logger;
  passwords: Passwords;
  sessionTokens: SessionTokens;
  loginLimits: LoginLimits;
  credentials: Credentials;
};
