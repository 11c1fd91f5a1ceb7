import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { refuseViolations } from '@drippulse/errors';
import { type CreateTeamMemberRequest, TeamMembersService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { usernameColumns } from '../../usernames/username-key.ts';
import type { Context } from '../context.ts';
import { roleFromProto } from '../roles.ts';
import { memberProblems } from '../team-members/fields.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';
import { refusingTakenNames } from '../team-members/unique-names.ts';

export async function createTeamMember(ctx: Context, request: CreateTeamMemberRequest, call: HandlerContext) {
  const { email = '', name, username = email, password } = request;
  refuseViolations(memberProblems({ email, username, name, password }));
  // Before the transaction, so that no connection waits the 65 ms of hashing.
  const passwordHash = password === undefined ? null : await ctx.passwords.hash(password);
  return transact(ctx, call, TeamMembersService.method.createTeamMember, request, async (trx, caller) => {
    const now = ctx.clock.now();
    const insert = trx
      .insertInto('users')
      .values({
        organization_id: caller.organizationId,
        ...usernameColumns(username),
        email,
        name: name ?? null,
        role: roleFromProto(request.role ?? 0) ?? 'viewer',
        status: passwordHash === null ? 'invited' : 'active',
        password_hash: passwordHash,
        created_at: now,
        updated_at: now,
      })
      .returning(memberColumns);
    return { teamMember: memberToProto(await refusingTakenNames(insert.executeTakeFirstOrThrow())) };
  });
}
