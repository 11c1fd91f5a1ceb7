import { places } from '../journeys.ts';
import type { Evidence } from './evidence.ts';
import { journeysOf, nameOf } from './journey.ts';

const followers: Record<string, number> = { approved: places.mail, rejected: places.finish, expired: places.late };

/**
 * Checks that exactly one decision on each approval is accepted, even if several are made at the same time, and that
 * the run follows this decision.
 */
export function checkApprovals({ history, facts }: Evidence): string[] {
  const problems: string[] = [];
  const decisions = Map.groupBy(history.journeys.decisions, ({ approvalId }) => approvalId);
  const byEnrollment = Map.groupBy(facts.journeys.approvals, (one) => one.enrollment_id);
  for (const { id, status } of facts.journeys.approvals) {
    const counted = (decisions.get(id) ?? []).map(({ decision }) => decision);
    if (counted.length > 1) problems.push(`approval ${id} was decided twice: ${counted.join(', ')}`);
    const expected = counted[0] ?? 'expired';
    if (status !== expected) problems.push(`approval ${id} is ${status}, answered was ${expected}`);
  }
  for (const { enrollment, waitingOf, after } of journeysOf({ facts })) {
    const own = byEnrollment.get(enrollment.id) ?? [];
    const asked = waitingOf(places.ask) === undefined ? 0 : 1;
    if (own.length !== asked) problems.push(`enrollment ${enrollment.id} has ${own.length} approvals, not ${asked}`);
    const [approval] = own;
    const next = after(places.ask);
    if (approval !== undefined && next !== followers[approval.status]) {
      problems.push(`approval ${approval.id} is ${approval.status}, and ${nameOf(next)} followed`);
    }
  }
  return problems;
}
