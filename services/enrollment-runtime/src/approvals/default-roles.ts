import type { Role } from '@drippulse/rpc';

/** Roles that decide when a request names none. A raise of a budget is for admins alone. */
export const defaultRoles: readonly Role[] = ['approver', 'editor', 'admin'];
