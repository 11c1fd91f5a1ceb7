import type { HandlerContext } from '@connectrpc/connect';
import { transact } from '@drippulse/db';
import { refuseViolations } from '@drippulse/errors';
import {
  MemberStatus,
  TeamMembersService,
  type UpdateTeamMemberRequest,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Selectable, Transaction, Updateable } from 'kysely';
import { credentialsChangedHeader } from '../../call-metadata.ts';
import type { DB, Users } from '../../db/schema.ts';
import { usernameColumns } from '../../usernames/username-key.ts';
import type { Context } from '../context.ts';
import { lockOrganization } from '../organizations/lock.ts';
import { roleFromProto } from '../roles.ts';
import { endSessions } from '../sessions/end-sessions.ts';
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
      // Locked before the reads: the new status depends on the row, and the check for the last administrator on the others.
      await lockOrganization(trx, organizationId);
      const member = await findMember(trx, organizationId, request.id);
      const changes = changesOf(member, fields, passwordHash);
      const isAdmin = (changes.role ?? member.role) === 'admin' && (changes.status ?? member.status) === 'active';
      if (!isAdmin) await keepAnAdmin(trx, organizationId, member.id);
      const now = ctx.clock.now();
      const update = trx
        .updateTable('users')
        .set({ ...changes, updated_at: now })
        .where('organization_id', '=', organizationId)
        .where('id', '=', member.id)
        .returning(memberColumns);
      const row = await refusingTakenNames(update.executeTakeFirstOrThrow());
      if (passwordHash !== undefined || row.status === 'disabled') await endSessions(trx, member.id, now);
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
    ...(role === null ? [{ field: 'role', message: 'must not be empty' }] : []),
    ...(canBeSet ? [] : [{ field: 'status', message: 'must be active or disabled' }]),
  ]);
}

async function findMember(trx: Transaction<DB>, organizationId: bigint, id: bigint) {
  const member = await trx
    .selectFrom('users')
    .select(['id', 'role', 'status', 'password_hash'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    // The command that resets a password locks this row and not the organization.
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!member) throw memberNotFound();
  return member;
}

function changesOf(
  member: Pick<Selectable<Users>, 'status' | 'password_hash'>,
  fields: Fields,
  passwordHash: string | undefined,
): Updateable<Users> {
  const role = fields.role ? roleFromProto(fields.role) : undefined;
  return {
    ...(typeof fields.email === 'string' && { email: fields.email }),
    ...(fields.name !== undefined && { name: fields.name }),
    ...(typeof fields.username === 'string' && usernameColumns(fields.username)),
    ...(role && { role }),
    ...(passwordHash !== undefined && { password_hash: passwordHash }),
    status: statusAfter(member, fields, passwordHash),
  };
}

/** A member with a password is active, one without is invited. Disabled members stay disabled unless the request changes it. */
function statusAfter(
  member: Pick<Selectable<Users>, 'status' | 'password_hash'>,
  fields: Fields,
  passwordHash: string | undefined,
): string {
  const isDisabled = fields.status ? fields.status === MemberStatus.DISABLED : member.status === 'disabled';
  if (isDisabled) return 'disabled';
  return (passwordHash ?? member.password_hash) === null ? 'invited' : 'active';
}
