import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { SecurityService, type UpdateSecurityRequest } from '@drippulse/proto/drippulse/identity/v1/mfa_pb';
import { transact } from '@drippulse/writes';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import { securityColumns, securityToProto } from '../account/security.ts';
import type { Context } from '../context.ts';

const { updateSecurity: method } = SecurityService.method;

export async function updateSecurity(ctx: Context, request: UpdateSecurityRequest, call: HandlerContext) {
  const { requireMfa, updateMask } = request;
  const isNull = requireMfa === undefined && updateMask?.paths.includes('require_mfa') === true;
  refuseViolations(isNull ? [{ field: 'require_mfa', message: 'must not be empty', code: 'required' }] : []);
  const response = await transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const row = await trx
      .updateTable('organizations')
      .set({ ...(requireMfa !== undefined && { require_mfa: requireMfa }), updated_at: ctx.clock.now() })
      .where('id', '=', organizationId)
      .returning([...securityColumns])
      .executeTakeFirstOrThrow();
    return { security: securityToProto(row) };
  });
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}
