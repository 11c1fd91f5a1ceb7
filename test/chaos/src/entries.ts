import { entryOrganization } from './goals.ts';
import { makeSteps } from './make-steps.ts';
import type { ChaosWorkflow } from './workflows.ts';

/**
 * Limit of entries of one person, by the workflow. For all other workflows the limit is one entry for every person,
 * because nobody tries to enter again.
 */
export const entryLimits: ReadonlyMap<bigint, number> = new Map([
  [entryOrganization * 10n + 1n, 1],
  [entryOrganization * 10n + 2n, 2],
]);

/** Makes workflows that the same persons enter repeatedly: one takes each person once, the other twice a day. */
export function makeEntries(): ChaosWorkflow[] {
  return [...entryLimits].map(([id, limit]) => ({
    id,
    organizationId: entryOrganization,
    steps: makeSteps([{ id: 'note', type: 'log', config: { message: 'at {{ lead_ref }}' } }]),
    reEntry: limit === 1 ? { mode: 'never' } : { mode: 'always', max_per: { count: limit, duration: 1, unit: 'days' } },
  }));
}
