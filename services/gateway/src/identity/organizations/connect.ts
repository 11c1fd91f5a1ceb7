import { connectDatabase, type Database } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import { schema } from '../../db/migrations/index.ts';
import type { DB } from '../../db/schema.ts';

/** What the commands beside a running gateway work on. */
export type Identity = Database<DB>;

/** Opens the schema of identity for a command; whoever opens it closes it. */
export function connectIdentity(url: string, log: Pick<Logger, 'warn'>): Identity {
  return connectDatabase<DB>({ url, schema, service: 'identity-command', log, max: 2 });
}
