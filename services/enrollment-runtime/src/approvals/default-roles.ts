import type { Role } from '@drippulse/rpc';

/** Roles that may decide when a request names no roles. Only admins may raise a budget. */
export const defaultRoles: readonly Role[] = ['approver', 'editor', 'admin'];
