import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/** The organization whose workflows are started by events of persons. */
export const starterOrganization = 17n;
export const starterEvent = 'chaos.joined';
/** The plans that an event can name. A filter may require one of them. */
export const plans = ['pro', 'free'] as const;
export type Plan = (typeof plans)[number];

/**
 * The rule by which a person may enter a workflow repeatedly, and the plan that the workflow's filter requires, if any.
 */
export type StarterRule = { most?: number; gapMs?: number; isAfterExit?: true; plan?: Plan };

const first = starterOrganization * 10n;
export const starterRules: ReadonlyMap<bigint, StarterRule> = new Map([
  [first, { most: 1 }],
  [first + 1n, { most: 2, plan: 'pro' }],
  [first + 2n, { gapMs: 4_000 }],
  [first + 3n, { isAfterExit: true }],
]);

/**
 * Milliseconds that a run lasts. It is longer than a freeze of a process, so that an event near the beginning of a run
 * certainly finds the run active.
 */
const runSeconds = 8;

/** Makes workflows that all listen to one event, each with a rule of its own. */
export function makeStarters(): ChaosWorkflow[] {
  return [...starterRules].map(([id, rule]) => ({
    id,
    organizationId: starterOrganization,
    steps: makeSteps([
      { id: 'start', type: 'trigger', config: { kind: 'event', event_name: starterEvent, ...filterOf(rule) } },
      { id: 'note', type: 'log', config: { message: 'started by {{ event.id }}' } },
      ...(rule.isAfterExit ? [{ id: 'wait', type: 'wait', config: { duration: runSeconds, unit: 'seconds' } }] : []),
      { id: 'finish', type: 'end', config: { status: 'completed' } },
    ]),
    reEntry: reEntryOf(rule),
  }));
}

/** Whether an event, rather than a call, started an enrollment. */
export function isStarted(enrollment: { organization_id: string }): boolean {
  return enrollment.organization_id === String(starterOrganization);
}

function filterOf({ plan }: StarterRule): object {
  if (plan === undefined) return {};
  return { filter: { conditions: [{ field: 'properties.plan', operator: 'equals', value: plan }] } };
}

function reEntryOf({ most, gapMs, isAfterExit }: StarterRule): object {
  if (most === 1) return { mode: 'never' };
  if (isAfterExit) return { mode: 'after_exit' };
  if (gapMs !== undefined) return { mode: 'min_gap', min_gap: { duration: gapMs / 1_000, unit: 'seconds' } };
  return { mode: 'always', max_per: { count: most, duration: 1, unit: 'days' } };
}
