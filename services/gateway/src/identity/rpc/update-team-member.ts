import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import {
  MemberStatus,
  TeamMembersService,
  type UpdateTeamMemberRequest,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { transact } from '@drippulse/writes';
import type { Transaction } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';
import { usernameOf } from '../../usernames/username.ts';
import type { Context } from '../context.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { lockOwnIdentity } from '../identities/lock-own.ts';
import { lockOrganization } from '../organizations/lock.ts';
import { roleFromProto } from '../roles.ts';
import { endSessionsOfIdentity, endSessionsOfMember } from '../sessions/end-sessions.ts';
import { memberProblems } from '../team-members/fields.ts';
import { keepAnAdmin } from '../team-members/last-admin.ts';
import { memberNotFound } from '../team-members/not-found.ts';
import { memberColumns, memberToProto } from '../team-members/to-proto.ts';
import { refusingTakenNames } from '../team-members/unique-names.ts';
import { maskedFields } from '../update-mask.ts';

export async function updateTeamMember(ctx: Context, request: UpdateTeamMemberRequest, call: HandlerContext) {
  const fields = maskedFields(request, ['email', 'name', 'role', 'username', 'password', 'status']);
  checkFields(fields);
  const passwordHash = fields.password ? await ctx.passwords.hash(fields.password) : undefined;
  const response = await transact(
    ctx,
    call,
    TeamMembersService.method.updateTeamMember,
    request,
    async (trx, { organizationId }) => {
      // The organization is locked before the reads: the new status depends on the member's row, and the check for the
      // last administrator depends on all rows.
      await lockOrganization(trx, organizationId);
      const member = await findMember(trx, organizationId, request.id);
      const now = ctx.clock.now();
      const identityId = await changeIdentity(trx, member, { ...fields, passwordHash }, now);
      const role = (fields.role && roleFromProto(fields.role)) || member.role;
      const status = statusAfter(member, fields.status, identityId !== null);
      if (role !== 'admin' || status !== 'active') await keepAnAdmin(trx, organizationId, member.id);
      const update = trx
        .updateTable('memberships')
        .set({
          ...(identityId === null ? namesIn(fields) : { identity_id: identityId }),
          ...(fields.name !== undefined && { name: fields.name }),
          role,
          status,
          updated_at: now,
        })
        .where('organization_id', '=', organizationId)
        .where('id', '=', member.id)
        .returning(memberColumns);
      const row = await refusingTakenNames(update.executeTakeFirstOrThrow());
      if (passwordHash !== undefined && identityId !== null) await endSessionsOfIdentity(trx, identityId, now);
      if (row.status === 'disabled' || row.role !== member.role) await endSessionsOfMember(trx, member.id, now);
      return { teamMember: memberToProto(row) };
    },
  );
  call.responseHeader.set(credentialsChangedHeader, 'true');
  return response;
}

type Fields = Partial<Record<'email' | 'name' | 'username' | 'password', string | null>> & {
  role?: UpdateTeamMemberRequest['role'] | null;
  status?: UpdateTeamMemberRequest['status'] | null;
};

function checkFields(fields: Fields): void {
  const { role, status } = fields;
  const canBeSet = status === undefined || status === MemberStatus.ACTIVE || status === MemberStatus.DISABLED;
  refuseViolations([
    ...memberProblems(fields),
    ...(role === null ? [{ field: 'role', message: 'must not be empty', code: 'required' as const }] : []),
    ...(canBeSet ? [] : [{ field: 'status', message: 'must be active or disabled', code: 'enum' as const }]),
  ]);
}

async function findMember(trx: Transaction<DB>, organizationId: bigint, id: bigint) {
  const member = await trx
    .selectFrom('memberships')
    .select(['id', 'identity_id', 'username', 'email', 'role', 'status'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    // The member is locked too, because the command that resets a password locks this row and not the organization.
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!member) throw memberNotFound();
  return member;
}

type Member = Awaited<ReturnType<typeof findMember>>;

/**
 * Changes the member's identity, if the request contains such a change. Returns the identity's id. A password gives an
 * invited member an identity.
 */
async function changeIdentity(
  trx: Transaction<DB>,
  member: Member,
  { passwordHash, ...fields }: Fields & { passwordHash: string | undefined },
  now: Date,
): Promise<bigint | null> {
  const { identity_id: identityId } = member;
  if (identityId === null) {
    if (passwordHash === undefined) return null;
    const { username, email } = { ...member, ...namesIn(fields) };
    return insertIdentity(trx, { username, email, passwordHash, now });
  }
  const names = namesIn(fields);
  // A request may repeat the values that GET returned, so only values that differ are changes.
  const isRenamed = names.username !== undefined && names.username !== member.username;
  const isMoved = names.email !== undefined && names.email !== member.email;
  if (!isRenamed && !isMoved && passwordHash === undefined) return identityId;
  await lockOwnIdentity(trx, { identityId, memberId: member.id });
  const update = trx
    .updateTable('identities')
    .set({
      ...names,
      ...(isMoved && { email_verified_at: null }),
      ...(passwordHash !== undefined && { password_hash: passwordHash }),
      updated_at: now,
    })
    .where('id', '=', identityId);
  await refusingTakenNames(update.execute());
  return identityId;
}

function namesIn({ username, email }: Fields): { username?: string; email?: string } {
  return {
    ...(typeof email === 'string' && { email }),
    ...(typeof username === 'string' && { username: usernameOf(username) }),
  };
}

/**
 * Returns the status of a member after a change: active with an identity, otherwise invited. A disabled member stays
 * disabled unless the request changes the status.
 */
function statusAfter(member: Pick<Member, 'status'>, status: Fields['status'], isSomebody: boolean): string {
  const isDisabled = status ? status === MemberStatus.DISABLED : member.status === 'disabled';
  if (isDisabled) return 'disabled';
  return isSomebody ? 'active' : 'invited';
}
