/** Roles in ascending order. Each role has all rights of the roles before it. */
export const roles = ['viewer', 'approver', 'editor', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Whether effects are real (`live`) or stubbed (`test`). */
export type Mode = 'live' | 'test';

/** Actors that are identified by an id alone. */
export const simpleActors = ['user', 'api_key', 'service', 'lead_form', 'lead_scoring'] as const;

/**
 * The actor: a user with a session, an API key, a service on its own behalf, a hosted form, an external model that
 * scores leads, or a step of a workflow. `hops` is the length of the chain of workflows that started each other,
 * including this one.
 */
export type Actor =
  | { type: (typeof simpleActors)[number]; id: string }
  | { type: 'workflow'; id: string; hops: number };

/** The party on whose behalf a call is made. */
export type Caller = {
  organizationId: bigint;
  actor: Actor;
  role: Role;
  mode: Mode;
  /** The scopes of a restricted API key, within its role. Absent if the role alone decides. */
  scopes?: readonly string[];
};
