import { expect, test } from '@jest/globals';
import { roleBy } from './role-of.ts';

const groups = [
  { group: 'admins', role: 'admin' as const },
  { group: 'sales', role: 'editor' as const },
];

test.each([
  [['sales', 'admins'], undefined, 'admin'],
  [['sales', 'x'], 'viewer', 'editor'],
  [['x'], 'viewer', 'viewer'],
  [['Admins'], undefined, undefined],
  [[], undefined, undefined],
] as const)('groups %j with the default %s give the role %s', (claimed, defaultRole, expected) => {
  expect(roleBy({ groups, defaultRole }, claimed)).toBe(expected);
});
