import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { SenderService, type VerifySendingDomainRequest } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import {
  checkHours,
  type DomainRow,
  domainNotFound,
  domainToProto,
  findDomain,
  lookUpRecords,
} from '../messaging/index.ts';

/**
 * Looks up the records outside of any transaction. A verified domain stays verified: only failed periodic checks, which
 * are reported to the organization, end that (`notices/check-domain.ts`).
 */
export async function verifySendingDomain(ctx: Context, request: VerifySendingDomainRequest, call: HandlerContext) {
  const { id } = request;
  const { organizationId } = callerOf(call);
  const found = await lookUpRecords(ctx.lookUpTxt, await findDomain(ctx.db.kysely, organizationId, id));
  const { verifySendingDomain: method } = SenderService.method;
  return transact(ctx, call, method, request, async (trx) => {
    // Serializes the verifications of all organizations, because a domain has one owner.
    await sql`select pg_advisory_xact_lock(hashtextextended('sending_domains', 0))`.execute(trx);
    const { domain } = await findDomain(trx, organizationId, id);
    const other = await trx
      .selectFrom('sending_domains')
      .select('id')
      .where('domain', '=', domain)
      .where('organization_id', '<>', organizationId)
      .where('verified_at', 'is not', null)
      .executeTakeFirst();
    if (other !== undefined) {
      throw new DomainError('already_exists', 'sending_domain_taken', `Another organization has verified ${domain}.`);
    }
    const { rows } = await sql<DomainRow>`
      update sending_domains set checked_at = ${ctx.dbNow}, txt_found = ${found.txt}, dkim_found = ${found.dkim},
        verified_at = case when ${found.txt && found.dkim} then coalesce(verified_at, ${ctx.dbNow}) else verified_at end,
        missed_checks = case when ${found.txt && found.dkim} then 0 else missed_checks end,
        next_check_at = case when ${found.txt && found.dkim} then ${ctx.dbNow} + ${checkHours} * interval '1 hour'
          else next_check_at end
      where organization_id = ${organizationId} and id = ${id}
      returning *`.execute(trx);
    const [row] = rows;
    if (row === undefined) throw domainNotFound();
    return { sendingDomain: domainToProto(row) };
  });
}
