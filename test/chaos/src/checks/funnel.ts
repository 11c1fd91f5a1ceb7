import type { Evidence } from './evidence.ts';

/**
 * Checks that a new count of the rows equals the counters, step by step. The counters are changed with each move of a
 * run.
 */
export function checkFunnel({ workflows, facts }: Evidence): string[] {
  const steps = new Map(workflows.map((workflow) => [String(workflow.id), workflow.steps]));
  const rows = new Map<string, number>();
  for (const { workflow_id, step_index, status } of facts.enrollments) {
    const place = `${workflow_id} ${steps.get(workflow_id)?.[step_index]?.id} ${status}`;
    rows.set(place, (rows.get(place) ?? 0) + 1);
  }
  const counted = new Map(facts.counters.map((one) => [`${one.workflow_id} ${one.step_id} ${one.counted}`, one.count]));
  return [...new Set([...rows.keys(), ...counted.keys()])]
    .filter((place) => (rows.get(place) ?? 0) !== (counted.get(place) ?? 0))
    .map((place) => `${place}: counted ${counted.get(place) ?? 0}, rows ${rows.get(place) ?? 0}`);
}
