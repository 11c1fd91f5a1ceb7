import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { MemberStatus, type TeamMemberSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Selectable } from 'kysely';
import type { Memberships } from '../../db/schema.ts';
import { roleToProto } from '../roles.ts';

/** Columns of a member that the API shows; never the hashes. */
export const memberColumns = [
  'id',
  'username',
  'email',
  'name',
  'role',
  'status',
  'last_login_at',
  'created_at',
  'updated_at',
  'revision',
] as const;

const statuses: Record<string, MemberStatus> = {
  active: MemberStatus.ACTIVE,
  invited: MemberStatus.INVITED,
  disabled: MemberStatus.DISABLED,
};

export function memberToProto(
  row: Pick<Selectable<Memberships>, (typeof memberColumns)[number]>,
): MessageInitShape<typeof TeamMemberSchema> {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    ...(row.name !== null && { name: row.name }),
    role: roleToProto(row.role),
    status: statuses[row.status] ?? MemberStatus.UNSPECIFIED,
    ...(row.last_login_at && { lastLoginAt: timestampFromDate(row.last_login_at) }),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}
