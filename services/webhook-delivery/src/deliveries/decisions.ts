import type { Verdict } from '@drippulse/engine';

/**
 * Maximum number of units that all filters of an organization together use for one event. It equals the maximum for one
 * step of a workflow.
 */
const eventUnits = 4 * 1024 * 1024;

const undecided: Verdict = { matches: false, isUndecided: true, work: 0, cost: 0 };

/**
 * Makes the decisions of filters about one event, each decision once. When earlier filters have used up the units of an
 * event, further filters make no decision. The cost of compiling is charged even if a filter is already compiled, so
 * that a repeated call makes the same decisions.
 */
export function decisionsOf(judge: (filter: string) => Verdict): (filter: string) => Verdict {
  const verdicts = new Map<string, Verdict>();
  let units = 0;
  return (filter) => {
    const known = verdicts.get(filter);
    if (known !== undefined) return known;
    const verdict = units < eventUnits ? judge(filter) : undecided;
    units += verdict.cost;
    verdicts.set(filter, verdict);
    return verdict;
  };
}
