import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { knowOrganizations } from '../organizations/know-organizations.ts';
import { lockOrganizations } from '../organizations/lock-organizations.ts';

/** Adds facts in a transaction that locks their organizations in the shared mode. Leaves out deleted organizations. */
export async function locking<F extends { organizationId: bigint }, R>(
  ctx: Context,
  facts: readonly F[],
  add: (trx: Transaction<DB>, kept: F[]) => Promise<R>,
): Promise<R> {
  const organizationIds = facts.map(({ organizationId }) => organizationId);
  await knowOrganizations(ctx, organizationIds);
  return ctx.db.kysely.transaction().execute(async (trx) => {
    const locked = await lockOrganizations(trx, organizationIds);
    for (const id of organizationIds) if (!locked.has(id)) ctx.knownOrganizations.delete(id);
    return add(
      trx,
      facts.filter(({ organizationId }) => locked.has(organizationId)),
    );
  });
}
