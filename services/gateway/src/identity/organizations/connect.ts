import { connectDatabase, type Database } from '@drippulse/db';
import type { Logger } from '@drippulse/observability';
import type { DB } from '../../db/schema.ts';

/** Database of the identity service, for commands that run outside the service. */
export type Identity = Database<DB>;

/** Opens the database of the identity service for a command. The command closes it. */
export function connectIdentity(url: string, log: Pick<Logger, 'warn'>): Identity {
  return connectDatabase<DB>({ url, schema: 'identity', service: 'identity-command', log, max: 2 });
}
