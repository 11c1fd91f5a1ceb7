import type { Caller } from '@drippulse/rpc';

/** A user of organization 1 with the role editor. */
export const editor: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'editor', mode: 'live' };

/** A user of organization 2 with the role editor. */
export const stranger: Caller = { ...editor, organizationId: 2n, actor: { type: 'user', id: '3' } };
