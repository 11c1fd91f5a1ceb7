import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { AccountSignInService, type VerifyDomainRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { domainToProto, findDomain, recordOf } from '../domains/rows.ts';

/**
 * Looks up the record of a domain, outside any transaction. If the name servers are unavailable, only the stored time
 * of the last look-up is updated.
 */
export async function verifyDomain(ctx: Context, request: VerifyDomainRequest, call: HandlerContext) {
  const { id } = request;
  const { organizationId } = callerOf(call);
  const seen = await findDomain(ctx.db.kysely, organizationId, id);
  const records = await ctx.lookUpTxt(recordOf(seen).name);
  const { verifyDomain: method } = AccountSignInService.method;
  return transact(ctx, call, method, request, async (trx) => {
    // Serializes the verifications of all organizations, because a domain has one owner.
    await sql`select pg_advisory_xact_lock(hashtextextended('account_domains', 0))`.execute(trx);
    const before = await findDomain(trx, organizationId, id);
    const isFound = records === undefined ? before.found : records.includes(recordOf(before).value);
    if (isFound && records !== undefined) await takeOver(trx, { organizationId, domain: before.domain, records });
    const now = ctx.clock.now();
    const row = await trx
      .updateTable('account_domains')
      .set({ checked_at: now, found: isFound, verified_at: isFound ? (before.verified_at ?? now) : null })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { domain: domainToProto(row) };
  });
}

/**
 * Takes over a domain whose previous owner has removed the record. Throws `domain_taken` while the record is still
 * there.
 */
async function takeOver(
  trx: Transaction<DB>,
  { organizationId, domain, records }: { organizationId: bigint; domain: string; records: readonly string[] },
): Promise<void> {
  const other = await trx
    .selectFrom('account_domains')
    .select(['organization_id', 'id', 'domain', 'token'])
    .where('domain', '=', domain)
    .where('organization_id', '<>', organizationId)
    .where('verified_at', 'is not', null)
    .executeTakeFirst();
  if (other === undefined) return;
  if (records.includes(recordOf(other).value)) {
    throw new DomainError('already_exists', 'domain_taken', `Another organization has verified ${domain}.`);
  }
  await trx
    .updateTable('account_domains')
    .set({ found: false, verified_at: null })
    .where('organization_id', '=', other.organization_id)
    .where('id', '=', other.id)
    .execute();
}
