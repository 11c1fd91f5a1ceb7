import { randomBytes } from 'node:crypto';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { readDomain } from '@drippulse/http';
import { AccountSignInService, type CreateDomainRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { isPublicMailDomain } from '../domains/public-mail-domains.ts';
import { domainToProto, selectDomains } from '../domains/rows.ts';
import { lockOrganization } from '../organizations/lock.ts';

const maxDomains = 50;

/** Adds a domain. Adding it proves nothing yet, so several organizations may add the same domain. */
export async function createDomain(ctx: Context, request: CreateDomainRequest, call: HandlerContext) {
  const domain = requireDomain(request.domain ?? '');
  const { createDomain: method } = AccountSignInService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    // Without the lock, two parallel calls could both find that there is room below the limit.
    await lockOrganization(trx, organizationId);
    const present = await selectDomains(trx, organizationId).select('domain').execute();
    if (present.some((row) => row.domain === domain)) {
      throw new DomainError('already_exists', 'domain_exists', `The organization has ${domain} already.`);
    }
    if (present.length >= maxDomains) {
      const message = `An organization has at most ${maxDomains} domains.`;
      throw new DomainError('failed_precondition', 'domain_limit_reached', message);
    }
    const row = await trx
      .insertInto('account_domains')
      .values({
        organization_id: organizationId,
        domain,
        token: randomBytes(18).toString('base64url'),
        created_at: ctx.clock.now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { domain: domainToProto(row) };
  });
}

function requireDomain(text: string): string {
  const domain = readDomain(text);
  if (domain === undefined) {
    const message = 'must be a domain name, such as example.com';
    refuseViolations([{ field: 'domain', message, code: 'format' }]);
    return '';
  }
  if (!isPublicMailDomain(domain)) return domain;
  const message = `${domain} is a domain of a mail provider, where anybody has an address.`;
  throw new DomainError('invalid', 'public_mail_domain', message, {
    violations: [{ field: 'domain', message: 'is a domain of a mail provider', code: 'not_allowed' }],
  });
}
