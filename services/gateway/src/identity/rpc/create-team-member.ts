import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import { type CreateTeamMemberRequest, TeamMembersService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { usernameOf } from '../../usernames/username.ts';
import type { Context } from '../context.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { invite } from '../invitations/invite.ts';
import { roleFromProto } from '../roles.ts';
import { memberProblems } from '../team-members/fields.ts';
import { takeSeat } from '../team-members/seats.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';
import { refuseTakenUsername, refusingTakenNames } from '../team-members/unique-names.ts';

export async function createTeamMember(ctx: Context, request: CreateTeamMemberRequest, call: HandlerContext) {
  const { email = '', name, username = email, password } = request;
  refuseViolations(memberProblems({ email, username, name, password }));
  // The password is hashed before the transaction, so that no connection waits for the 65 ms of hashing.
  const passwordHash = password === undefined ? undefined : await ctx.passwords.hash(password);
  const isMailed = password === undefined && ctx.mailer !== undefined;
  if (isMailed) await ctx.mailLimits.countInvitation({ organizationId: callerOf(call).organizationId, email });
  const response = await transact(
    ctx,
    call,
    TeamMembersService.method.createTeamMember,
    request,
    async (trx, caller) => {
      const now = ctx.clock.now();
      await takeSeat(trx, caller.organizationId);
      // Without a user name in the request, the invited person may be an existing identity whose user name is the
      // address.
      if (passwordHash === undefined && request.username !== undefined) await refuseTakenUsername(trx, username);
      const identityId =
        passwordHash === undefined ? undefined : await insertIdentity(trx, { username, email, passwordHash, now });
      const insert = trx
        .insertInto('memberships')
        .values({
          organization_id: caller.organizationId,
          identity_id: identityId ?? null,
          username: usernameOf(username),
          email,
          name: name ?? null,
          role: roleFromProto(request.role ?? 0) ?? 'viewer',
          status: identityId === undefined ? 'invited' : 'active',
          created_at: now,
          updated_at: now,
        })
        .returning(memberColumns);
      const member = await refusingTakenNames(insert.executeTakeFirstOrThrow());
      if (isMailed) await invite(ctx, trx, caller, member);
      return { teamMember: memberToProto(member) };
    },
  );
  ctx.wake.mails();
  return response;
}
