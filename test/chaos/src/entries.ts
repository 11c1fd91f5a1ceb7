import { entryOrganization } from './goals.ts';
import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/**
 * Limits on a person's entries, by workflow. A workflow without a limit here has one entry per person, because nobody
 * tries to enter it again.
 */
export const entryLimits: ReadonlyMap<bigint, number> = new Map([
  [entryOrganization * 10n + 1n, 1],
  [entryOrganization * 10n + 2n, 2],
]);

/**
 * Makes workflows that the same persons repeatedly try to enter. One workflow accepts each person once, the other twice
 * a day.
 */
export function makeEntries(): ChaosWorkflow[] {
  return [...entryLimits].map(([id, limit]) => ({
    id,
    organizationId: entryOrganization,
    steps: makeSteps([{ id: 'note', type: 'log', config: { message: 'at {{ lead_ref }}' } }]),
    reEntry: limit === 1 ? { mode: 'never' } : { mode: 'always', max_per: { count: limit, duration: 1, unit: 'days' } },
  }));
}
