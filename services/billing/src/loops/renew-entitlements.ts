import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { serviceCaller } from '../entitlements/push-entitlements.ts';
import { renewEntitlements } from '../entitlements/renew-entitlements.ts';

const everyMs = 30_000;
const page = 500;

/**
 * Gives every organization its entitlements: all organizations at the start, because the plans may have changed, and
 * afterwards new organizations. Without Stripe, organizations that have entitlements get unlimited ones.
 */
export function startRenewEntitlements(ctx: Context): Loop {
  let after = 0n;
  return startLoop({
    name: 'renew entitlements',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run(signal) {
      const ids = await idsAfter(ctx, after);
      for (const id of ids) {
        if (signal.aborted) return everyMs;
        await renewOne(ctx, id);
        after = id;
      }
      return ids.length < page ? everyMs : 0;
    },
  });
}

async function idsAfter(ctx: Context, after: bigint): Promise<readonly bigint[]> {
  if (ctx.stripe !== undefined) {
    const { ids } = await ctx.clients.identity(serviceCaller(0n)).listOrganizationIds({ afterId: after, limit: page });
    return ids;
  }
  const rows = await ctx.db.kysely
    .selectFrom('pushed_entitlements')
    .select('organization_id')
    .where('organization_id', '>', after)
    .orderBy('organization_id')
    .limit(page)
    .execute();
  return rows.map(({ organization_id: id }) => id);
}

async function renewOne(ctx: Context, organizationId: bigint): Promise<void> {
  const isNew = await ctx.db.kysely.transaction().execute((trx) => renewEntitlements(ctx, trx, organizationId));
  if (!isNew) return;
  ctx.relay.wake();
  ctx.wake.pushes();
}
