import { entryLimits } from '../entries.ts';
import { isStarted } from '../starters.ts';
import type { Evidence } from './evidence.ts';

/**
 * Checks that the responses to calls contain all enrollments and no others, apart from those that events started. Calls
 * were repeated with their keys until they got a response.
 */
export function checkAccepted({ history, facts }: Evidence): string[] {
  const problems: string[] = [];
  const enrollments = facts.enrollments.filter((row) => !isStarted(row));
  const rows = new Map(enrollments.map((row) => [row.id, row]));
  let accepted = 0;
  for (const { workflowId, organizationId, refs, ids } of history.calls) {
    accepted += ids.length;
    if (ids.length !== refs.length) problems.push(`${refs.length} contacts were answered with ${ids.length} ids`);
    for (const [index, id] of ids.entries()) {
      const row = rows.get(String(id));
      const isAsSent =
        row?.lead_ref === refs[index] &&
        row?.workflow_id === String(workflowId) &&
        row?.organization_id === String(organizationId);
      if (!isAsSent) problems.push(`enrollment ${id} of contact ${refs[index]} is ${JSON.stringify(row)}`);
    }
  }
  if (enrollments.length !== accepted) {
    problems.push(`${accepted} enrollments were accepted, and there are ${enrollments.length}`);
  }
  const limits = new Map([...entryLimits].map(([id, limit]) => [String(id), limit]));
  for (const [contact, own] of Map.groupBy(enrollments, (row) => `${row.workflow_id} ${row.lead_ref}`)) {
    const limit = limits.get(own[0]?.workflow_id ?? '') ?? 1;
    if (own.length > limit) problems.push(`contact ${contact} was enrolled ${own.length} times, not ${limit}`);
  }
  return problems;
}
