import type { Context } from '../context.ts';
import { recordOf, selectDomains } from './rows.ts';

const checkedForMs = 24 * 3_600_000;

/**
 * Whether an organization owns a mail domain now. A record that was last seen a day or more ago is looked up again. A
 * domain whose record no longer exists loses its verification. Unavailable name servers change nothing.
 */
export async function ownsDomain(ctx: Context, organizationId: bigint, domain: string): Promise<boolean> {
  const row = await selectDomains(ctx.db.kysely, organizationId)
    .selectAll()
    .where('domain', '=', domain)
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
  if (row === undefined) return false;
  const now = ctx.clock.now();
  if (row.checked_at !== null && now.getTime() - row.checked_at.getTime() < checkedForMs) return true;
  const { name, value } = recordOf(row);
  const records = await ctx.lookUpTxt(name);
  if (records === undefined) return true;
  const isFound = records.includes(value);
  await ctx.db.kysely
    .updateTable('account_domains')
    .set({ checked_at: now, found: isFound, ...(!isFound && { verified_at: null }) })
    .where('organization_id', '=', organizationId)
    .where('id', '=', row.id)
    .where('token', '=', row.token)
    .execute();
  return isFound;
}
