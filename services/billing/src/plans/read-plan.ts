import { DomainError } from '@drippulse/errors';
import { type BoughtPlan, boughtPlans } from './read-plans.ts';

/**
 * Returns the plan that a request names, in any letter case. Refuses the name of anything but a plan that can be
 * bought, with `unknown_plan`.
 */
export function readPlan(text: string | undefined): BoughtPlan {
  const plan = boughtPlans.find((known) => known === text?.toLowerCase());
  if (plan !== undefined) return plan;
  const message = `must be ${boughtPlans.slice(0, -1).join(', ')} or ${boughtPlans.at(-1)}`;
  throw new DomainError('invalid', 'unknown_plan', `plan ${message}`, {
    violations: [{ field: 'plan', message, code: 'enum', allowed: [...boughtPlans] }],
  });
}
