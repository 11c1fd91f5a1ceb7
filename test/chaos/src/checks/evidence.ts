import type { Hook } from '../deliverers.ts';
import type { Facts } from '../facts.ts';
import type { History } from '../history.ts';
import type { ChaosWorkflow } from '../workflows.ts';

/**
 * The facts after a run: the given workflows and webhooks, the observations from outside the platform, and the rows of
 * the database.
 */
export type Evidence = {
  workflows: readonly ChaosWorkflow[];
  hooks: readonly Hook[];
  history: History;
  facts: Facts;
};
