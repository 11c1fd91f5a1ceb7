import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { AccountSignInService, type CreateSsoRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { transact } from '@drippulse/writes';
import type { Context } from '../context.ts';
import { lockOrganization } from '../organizations/lock.ts';
import { roleFromProto } from '../roles.ts';
import { checkSsoFields, groupsColumnOf, normalDomains, requireOwnDomains } from '../sso/fields.ts';
import { findSso, secretColumns, ssoToProto } from '../sso/rows.ts';

export async function createSso(ctx: Context, request: CreateSsoRequest, call: HandlerContext) {
  const { issuer = '', clientId = '', clientSecret = '', groups, defaultRole } = request;
  checkSsoFields({ issuer, clientId, clientSecret, domains: request.domains, groups }, ctx.config.allowPrivate);
  const domains = normalDomains(request.domains);
  const { createSso: method } = AccountSignInService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    await lockOrganization(trx, organizationId);
    await requireOwnDomains(trx, organizationId, domains);
    const now = ctx.clock.now();
    const made = await trx
      .insertInto('sso_connections')
      .values({
        organization_id: organizationId,
        issuer,
        client_id: clientId,
        ...secretColumns(ctx.sealer, organizationId, clientSecret),
        domains,
        default_role: roleFromProto(defaultRole ?? 0) ?? null,
        groups: groupsColumnOf(groups),
        created_at: now,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('organization_id').doNothing())
      .returning('organization_id')
      .executeTakeFirst();
    if (made === undefined) {
      throw new DomainError('already_exists', 'sso_exists', 'The organization has a provider to sign in by already.');
    }
    return { sso: ssoToProto(await findSso(trx, organizationId), ctx.config.publicUrl) };
  });
}
