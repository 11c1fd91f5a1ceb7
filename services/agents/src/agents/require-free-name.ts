import { refuseViolations } from '@drippulse/errors';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { selectAgents } from './rows.ts';

/**
 * Refuses a name that another agent of the organization has in this mode. A concurrent request with this name waits
 * until the first request commits, and is then refused.
 */
export async function requireFreeName(
  trx: Transaction<DB>,
  { organizationId, mode, name }: { organizationId: bigint; mode: string; name: string },
): Promise<void> {
  const place = `agent-name:${organizationId}:${mode}:${name}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${place}, 0))`.execute(trx);
  const other = await selectAgents(trx, organizationId)
    .select('id')
    .where('mode', '=', mode)
    .where('name', '=', name)
    .executeTakeFirst();
  if (other !== undefined) {
    refuseViolations([{ field: 'name', message: 'is the name of another agent', code: 'duplicate' }]);
  }
}
