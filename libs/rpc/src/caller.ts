/** Roles in ascending order. Each has all rights of the roles before it. */
export const roles = ['viewer', 'approver', 'editor', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Whether effects are real (`live`) or stubbed (`test`). */
export type Mode = 'live' | 'test';

/** Actors that are named by an id alone. */
export const simpleActors = ['user', 'api_key', 'service', 'lead_form', 'lead_scoring'] as const;

/**
 * Who acts: a user with a session, an API key, a service on its own behalf, a hosted form, a model elsewhere that
 * scores leads, or a step of a workflow. `hops` is the length of the chain of workflows that started each other, this
 * one included.
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
  /** What a restricted API key may ask for, within its role. Absent where the role alone decides. */
  scopes?: readonly string[];
};
