import { type Role, roles } from '@drippulse/rpc';

/**
 * The role that a provider gives somebody. Without groups it decides about new members alone. With them each sign-in
 * decides: the highest role of a group that counts, else the default, else none.
 */
export function roleBy(
  { groups, defaultRole }: { groups: readonly { group: string; role: Role }[]; defaultRole: Role | undefined },
  claimed: readonly string[],
): Role | undefined {
  const own = new Set(claimed);
  const given = new Set(groups.filter(({ group }) => own.has(group)).map(({ role }) => role));
  return roles.findLast((role) => given.has(role)) ?? defaultRole;
}
