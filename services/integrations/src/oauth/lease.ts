import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';

/** The right of one call to refresh a version of a connection. */
export type Lease = {
  owner: string;
  version: bigint;
  /**
   * Whether an earlier refresh of this version was begun and no answer to it was stored: the tokens may have been used.
   */
  isRepeat: boolean;
};

/**
 * Leases the refresh of a version; undefined while another process has it, or has refreshed. It is one statement: no
 * transaction and no connection is kept while the provider answers. That the refresh begins is committed with it, so
 * that a death during the call is seen by the next one.
 */
export async function holdLease(
  ctx: Context,
  { id, organizationId, version }: UsableConnection,
): Promise<Lease | undefined> {
  const owner = randomUUID();
  const { rows } = await sql<{ started: Date | null }>`
    update connections as leased
    set lease_owner = ${owner}, lease_until = clock_timestamp() + ${ctx.config.refreshLeaseMs} * interval '1 ms',
      refresh_started_at = clock_timestamp()
    from (
      select id, refresh_started_at as started from connections
      where id = ${id} and organization_id = ${organizationId} for update) before
    where leased.id = before.id and version = ${version} and status = 'active'
      and (lease_until is null or lease_until < clock_timestamp())
    returning before.started`.execute(ctx.db.kysely);
  const [row] = rows;
  return row && { owner, version, isRepeat: row.started !== null };
}
