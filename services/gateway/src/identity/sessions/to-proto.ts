import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AdminSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Selectable } from 'kysely';
import type { Memberships } from '../../db/schema.ts';
import { roleToProto } from '../roles.ts';

export const adminColumns = ['id', 'username', 'email', 'organization_id', 'role'] as const;

export function adminToProto(
  row: Pick<Selectable<Memberships>, (typeof adminColumns)[number]>,
): MessageInitShape<typeof AdminSchema> {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    organizationId: row.organization_id,
    role: roleToProto(row.role),
  };
}
