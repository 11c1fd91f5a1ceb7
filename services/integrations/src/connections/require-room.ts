import { DomainError } from '@drippulse/errors';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

const maxConnections = 200;

/** Refuses a connection beyond the organization's limit. Takes a lock, which serializes concurrent counts. */
export async function requireRoom(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(current_schema() || ' connections', ${organizationId}))`.execute(trx);
  const { count } = await trx
    .selectFrom('connections')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow();
  if (count < maxConnections) return;
  const message = `An organization may have ${maxConnections} connections.`;
  throw new DomainError('invalid', 'integration_connection_limit_reached', message);
}
