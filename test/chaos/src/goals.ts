import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The organization of workflows with goals, and of workflows that people enter again. */
export const entryOrganization = 15n;

/** Events that meet goals. One goal is only counted, the other ends the run. */
export const goalEvents = { seen: 'chaos.seen', bought: 'chaos.bought' } as const;
/** The goal that ends a run. */
export const exitGoal = 'bought' satisfies keyof typeof goalEvents;
/**
 * Time for which a run waits for its goals. It is much longer than a lease, so that most events certainly precede the
 * run's end.
 */
export const goalWaitMs = 12_000;

/** Makes a workflow that waits, and has goals. */
export function makeGoals(): ChaosWorkflow[] {
  const steps = makeSteps([
    { id: 'note', type: 'log', config: { message: 'at {{ lead_ref }}' } },
    { id: 'wait', type: 'wait', config: { duration: goalWaitMs / 1_000, unit: 'seconds' } },
    { id: 'finish', type: 'end', config: { status: 'completed' } },
  ]);
  const goals = [
    { name: 'seen', event_name: goalEvents.seen, action: 'count' },
    { name: exitGoal, event_name: goalEvents.bought, action: 'exit' },
  ];
  return [{ id: entryOrganization * 10n, organizationId: entryOrganization, steps, goals }];
}
