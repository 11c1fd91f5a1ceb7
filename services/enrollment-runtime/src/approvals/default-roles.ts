import type { Role } from '@drippulse/rpc';

/** Who decides where nothing else is said. A raise of a budget is for admins alone. */
export const defaultRoles: readonly Role[] = ['approver', 'editor', 'admin'];
