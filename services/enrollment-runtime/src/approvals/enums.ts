import { ApprovalKind, ApprovalStatus } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { Role as ProtoRole } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Role, roles } from '@drippulse/rpc';

const kinds = {
  step: ApprovalKind.STEP,
  agent_action: ApprovalKind.AGENT_ACTION,
  budget: ApprovalKind.BUDGET,
} as const;

const statuses = {
  pending: ApprovalStatus.PENDING,
  approved: ApprovalStatus.APPROVED,
  rejected: ApprovalStatus.REJECTED,
  expired: ApprovalStatus.EXPIRED,
  cancelled: ApprovalStatus.CANCELLED,
} as const;

const protoRoles: Record<Role, ProtoRole> = {
  viewer: ProtoRole.VIEWER,
  approver: ProtoRole.APPROVER,
  editor: ProtoRole.EDITOR,
  admin: ProtoRole.ADMIN,
};

export type Kind = keyof typeof kinds;
export type Status = keyof typeof statuses;

export const kindToProto = (kind: string) => lookUp(kinds, kind) ?? ApprovalKind.UNSPECIFIED;
export const statusToProto = (status: string) => lookUp(statuses, status) ?? ApprovalStatus.UNSPECIFIED;
export const roleToProto = (role: string) => lookUp(protoRoles, role) ?? ProtoRole.UNSPECIFIED;

export const kindFromProto = (kind: ApprovalKind | undefined): Kind | undefined => keyOf(kinds, kind);
export const statusFromProto = (status: ApprovalStatus | undefined): Status | undefined => keyOf(statuses, status);
export const roleFromProto = (role: ProtoRole): Role | undefined => roles.find((known) => protoRoles[known] === role);

function lookUp<V>(values: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function keyOf<K extends string, V>(values: Readonly<Record<K, V>>, value: V | undefined): K | undefined {
  const keys = Object.keys(values) as K[]; // `Object.keys` types the keys as strings
  return keys.find((key) => values[key] === value);
}
