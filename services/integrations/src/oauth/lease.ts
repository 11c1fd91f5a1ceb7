import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { UsableConnection } from '../usable-connection.ts';

/** The exclusive right of one call to refresh a version of a connection. */
export type Lease = {
  owner: string;
  version: bigint;
  /**
   * Whether an earlier refresh of this version began, and no answer was stored. The old tokens may have been used up.
   */
  isRepeat: boolean;
};

/**
 * Leases the refresh of a version. Returns undefined if another process has the lease or has refreshed. The lease is
 * taken in one statement, so no transaction and no database connection is occupied while the provider answers. The same
 * statement commits the start of the refresh. If this process dies during the call, the next process sees that a
 * refresh had begun.
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
