import { type Role, roles } from '@drippulse/rpc';

/**
 * Role that a provider gives a person. Without groups, it decides only for new members. With groups, every sign-in
 * decides: the highest role of a matching group, else the default, else none.
 */
export function roleBy(
  { groups, defaultRole }: { groups: readonly { group: string; role: Role }[]; defaultRole: Role | undefined },
  claimed: readonly string[],
): Role | undefined {
  const own = new Set(claimed);
  const given = new Set(groups.filter(({ group }) => own.has(group)).map(({ role }) => role));
  return roles.findLast((role) => given.has(role)) ?? defaultRole;
}
