/** Roles from the least to the most; each may do everything that the ones before it may. */
export const roles = ['viewer', 'approver', 'editor', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Whether effects are real (`live`) or stubbed (`test`). */
export type Mode = 'live' | 'test';

/**
 * Who acts: a user of a session, an organization's API key, a service on its own behalf, a hosted form, or a step of a workflow. `hops`
 * counts the workflows of which each was started by what the one before did, this one included.
 */
export type Actor =
  | { type: 'user' | 'api_key' | 'service' | 'lead_form'; id: string }
  | { type: 'workflow'; id: string; hops: number };

/** On whose behalf a call is made. */
export type Caller = { organizationId: bigint; actor: Actor; role: Role; mode: Mode };
