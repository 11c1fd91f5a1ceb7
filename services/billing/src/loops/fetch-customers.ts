import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { claimCustomer, fetchClaimed } from '../customers/fetch-customer.ts';

const everyMs = 1_000;
const atOnce = 4;

/** Fetches marked customers, a few at a time. A customer whose fetch failed is postponed, so the others do not wait. */
export function startFetchCustomers(ctx: Context): Loop {
  return startLoop({
    name: 'fetch customers',
    log: ctx.log,
    maxIdleMs: everyMs,
    async run() {
      const worked = await Promise.all(Array.from({ length: atOnce }, () => fetchOne(ctx)));
      return worked.some(Boolean) ? 0 : everyMs;
    },
  });
}

async function fetchOne(ctx: Context): Promise<boolean> {
  const claim = await claimCustomer(ctx);
  if (claim === undefined) return false;
  try {
    await fetchClaimed(ctx, claim);
  } catch (error) {
    ctx.log.warn({ err: error, stripe_customer: claim.row.stripe_customer_id }, 'a customer could not be fetched yet');
  }
  return true;
}
