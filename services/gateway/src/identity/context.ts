import type { Client, HandlerContext } from '@connectrpc/connect';
import type { Database, Sealer } from '@drippulse/db';
import type { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Clock } from '@drippulse/runtime';
import type { DB } from '../db/schema.ts';
import type { LoginLimits } from './sessions/login-limits.ts';
import type { Passwords } from './sessions/passwords.ts';
import type { SessionTokens } from './sessions/tokens.ts';

/** Parts that the operations of identity use. */
export type Context = {
  db: Database<DB>;
  sealer: Sealer;
  clients: { workflows(caller: Caller, from?: HandlerContext): Client<typeof WorkflowCatalogService> };
  clock: Clock;
  passwords: Passwords;
  sessionTokens: SessionTokens;
  loginLimits: LoginLimits;
};
