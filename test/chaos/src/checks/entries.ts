import { entryLimits } from '../entries.ts';
import type { Evidence } from './evidence.ts';

/**
 * Checks that a person enters as often as the rules allow: concurrent calls never let a person in too often, and nobody
 * who may enter is refused. Each refusal in a response is stored.
 */
export function checkEntries({ history, facts }: Evidence): string[] {
  const tried = countOf(history.entries.flatMap(({ workflowId, refs }) => refs.map((ref) => `${workflowId} ${ref}`)));
  const refused = countOf(
    history.entries.flatMap(({ workflowId, refused }) => refused.map((ref) => `${workflowId} ${ref}`)),
  );
  const entered = countOf(facts.enrollments.map((row) => `${row.workflow_id} ${row.lead_ref}`));
  const kept = countOf(facts.goals.refused.map((row) => `${row.workflow_id} ${row.lead_ref}`));
  return [...tried].flatMap(([contact, times]) => {
    const limit = entryLimits.get(BigInt(contact.split(' ')[0] ?? 0)) ?? 1;
    const expected = Math.min(limit, times);
    const [rows, answered, noted] = [entered, refused, kept].map((counts) => counts.get(contact) ?? 0);
    return [
      ...(rows === expected ? [] : [`${contact} tried ${times} times and entered ${rows} times, not ${expected}`]),
      ...(answered === times - expected ? [] : [`${contact} tried ${times} times and was refused ${answered} times`]),
      // More refusals may be stored: if a call died after it had refused everybody, its repeat refused the same people
      // again.
      ...((noted ?? 0) >= (answered ?? 0)
        ? []
        : [`${answered} refusals of ${contact} were answered, ${noted} are kept`]),
    ];
  });
}

function countOf(items: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(items, (item) => item)].map(([item, all]) => [item, all.length]));
}
