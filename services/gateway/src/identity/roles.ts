import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Role, roles } from '@drippulse/rpc';

const protoRoles: Record<Role, ProtoRole> = {
  viewer: ProtoRole.VIEWER,
  approver: ProtoRole.APPROVER,
  editor: ProtoRole.EDITOR,
  admin: ProtoRole.ADMIN,
};

/** Converts the role of a row to a proto enum. */
export function roleToProto(role: string): ProtoRole {
  return protoRoles[readRole(role)];
}

/** Reads the role of a row. A check constraint of the table allows no other string. */
export function readRole(text: string): Role {
  const role = roles.find((known) => known === text);
  if (!role) throw new Error(`"${text}" is not a role`);
  return role;
}

/** Converts the role of a request; undefined when it is not set. */
export function roleFromProto(role: ProtoRole): Role | undefined {
  return roles.find((known) => protoRoles[known] === role);
}
