import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { AccountSignInService, type UpdateSsoRequest } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import { transact } from '@drippulse/writes';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { Context } from '../context.ts';
import { lockOrganization } from '../organizations/lock.ts';
import { roleFromProto } from '../roles.ts';
import { checkSsoFields, groupsColumnOf, normalDomains, requireOwnDomains } from '../sso/fields.ts';
import { endOtherSessions, forgetSso } from '../sso/forget.ts';
import { findSso, lockSsoRevision, type SsoRow, secretColumns, ssoToProto } from '../sso/rows.ts';

export async function updateSso(ctx: Context, request: UpdateSsoRequest, call: HandlerContext) {
  const given = membersOf(request);
  checkSsoFields(given, ctx.config.allowPrivate);
  const { updateSso: method } = AccountSignInService.method;
  const response = await transact(ctx, call, method, request, async (trx, caller) => {
    const { organizationId } = caller;
    await lockOrganization(trx, organizationId);
    await lockSsoRevision(trx, caller, undefined);
    const before = await findSso(trx, organizationId);
    const domains = given.domains && normalDomains(given.domains);
    if (domains !== undefined) await requireOwnDomains(trx, organizationId, domains);
    const application = changedApplication(before, given);
    const required = given.required ?? before.required;
    const triedAt = application === undefined ? before.tried_at : null;
    if (required && triedAt === null) throw untried();
    const now = ctx.clock.now();
    await trx
      .updateTable('sso_connections')
      .set({
        ...application,
        ...(given.clientSecret !== undefined &&
          given.clientSecret !== before.shown_secret &&
          secretColumns(ctx.sealer, organizationId, given.clientSecret)),
        ...(domains !== undefined && { domains }),
        ...(given.defaultRole !== undefined && { default_role: given.defaultRole }),
        ...(given.groups !== undefined && { groups: groupsColumnOf(given.groups) }),
        required,
        tried_at: triedAt,
        updated_at: now,
      })
      .where('organization_id', '=', organizationId)
      .execute();
    if (application?.issuer !== undefined) await forgetSso(trx, organizationId, now);
    if (required && !before.required) await endOtherSessions(trx, organizationId, now);
    return { sso: ssoToProto(await findSso(trx, organizationId), ctx.config.publicUrl) };
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}

/**
 * Returns the members that the request names. A null is treated as empty, which the checks refuse, unless null is a
 * valid value of the member.
 */
function membersOf({ updateMask, ...request }: UpdateSsoRequest) {
  const has = new Set(updateMask?.paths);
  return {
    ...(has.has('issuer') && { issuer: request.issuer ?? '' }),
    ...(has.has('client_id') && { clientId: request.clientId ?? '' }),
    ...(has.has('client_secret') && { clientSecret: request.clientSecret ?? '' }),
    ...(has.has('domains') && { domains: request.domains }),
    ...(has.has('default_role') && { defaultRole: roleFromProto(request.defaultRole ?? 0) ?? null }),
    ...(has.has('required') && { required: request.required ?? false }),
    ...(has.has('groups') && { groups: request.groups }),
  };
}

/**
 * Returns the columns of an application that differs from the stored one; undefined if issuer and client id stay the
 * same. A new secret does not make it a different application.
 */
function changedApplication(before: SsoRow, { issuer = before.issuer, clientId = before.client_id }: Given) {
  const isSame = issuer === before.issuer && clientId === before.client_id;
  return isSame ? undefined : { ...(issuer !== before.issuer && { issuer }), client_id: clientId };
}

type Given = ReturnType<typeof membersOf>;

function untried(): DomainError {
  return new DomainError(
    'failed_precondition',
    'sso_untried',
    'Sign in by the provider as it is set up now, then require it. To change issuer or client, set required to false first.',
  );
}
