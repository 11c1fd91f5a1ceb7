import { type Role, roles } from '@drippulse/rpc';

/**
 * Returns the role that a provider gives a person: the highest role of a matching group, else the default role, else
 * undefined. If the organization has configured no groups, the provider decides the role only for new members.
 * Otherwise it decides the role at every sign-in.
 */
export function roleBy(
  { groups, defaultRole }: { groups: readonly { group: string; role: Role }[]; defaultRole: Role | undefined },
  claimed: readonly string[],
): Role | undefined {
  const own = new Set(claimed);
  const given = new Set(groups.filter(({ group }) => own.has(group)).map(({ role }) => role));
  return roles.findLast((role) => given.has(role)) ?? defaultRole;
}
