import type { SumFact } from '../analytics-facts.ts';
import type { Evidence } from './evidence.ts';

/** The numbers with which analytics stores kinds of facts and of step changes. */
const kinds = { completed: 2, failed: 3, cancelled: 4, sent: 10 };
const stepKinds = { entered: 41, left: 42, completed: 43, failed: 44, cancelled: 45 };

/**
 * Compares the sums of analytics with the runtime's counters, rows and deliveries, and with the attempts of webhooks.
 */
export function checkAnalytics({ facts }: Evidence): string[] {
  const { days, quarters, sent, attempts } = facts.analytics;
  const webhooks = attempts
    .filter(({ counted, made }) => counted !== made)
    .map(
      ({ webhook_id, succeeded, counted, made }) =>
        `${made} attempts of webhook ${webhook_id} ${succeeded ? 'succeeded' : 'failed'}, analytics says ${counted}`,
    );
  const own = Object.entries({ days, quarters }).flatMap(([name, sums]) => {
    const steps = Map.groupBy(
      sums.filter(({ kind }) => kind >= stepKinds.entered),
      ({ workflow_id, step_id }) => `${workflow_id} ${step_id}`,
    );
    const counters = Map.groupBy(facts.counters, ({ workflow_id, step_id }) => `${workflow_id} ${step_id}`);
    const ends = Object.entries(kinds).flatMap(([status, kind]) => {
      const counted = sums.filter((sum) => sum.kind === kind);
      const rows = status === 'sent' ? sent : endsOf(facts.enrollments, status);
      return differences(`${status} in ${name}`, countsBy(counted), countsBy(rows));
    });
    return [
      ...ends,
      ...[...new Set([...steps.keys(), ...counters.keys()])].flatMap((place) =>
        differences(
          `${place} in ${name}`,
          numbersOf(steps.get(place) ?? []),
          new Map((counters.get(place) ?? []).map(({ counted, count }) => [counted, count])),
        ),
      ),
    ];
  });
  return [...own, ...webhooks];
}

/** Returns the numbers of a step in the form of counters. */
function numbersOf(sums: readonly SumFact[]): Map<string, number> {
  const of = (wanted: number) => sums.reduce((sum, { kind, count }) => (kind === wanted ? sum + count : sum), 0);
  const { entered, left, ...ends } = stepKinds;
  const ended = Object.entries(ends).map(([name, kind]) => [name, of(kind)] as const);
  const active = ended.reduce((rest, [, count]) => rest - count, of(entered) - of(left));
  return new Map([['active', active], ...ended]);
}

function endsOf(enrollments: Evidence['facts']['enrollments'], status: string) {
  return enrollments.filter((row) => row.status === status).map(({ workflow_id }) => ({ workflow_id, count: 1 }));
}

function countsBy(rows: readonly { workflow_id: string; count: number }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { workflow_id: id, count } of rows) counts.set(id, (counts.get(id) ?? 0) + count);
  return counts;
}

function differences(place: string, counted: ReadonlyMap<string, number>, rows: ReadonlyMap<string, number>): string[] {
  return [...new Set([...counted.keys(), ...rows.keys()])]
    .filter((key) => (counted.get(key) ?? 0) !== (rows.get(key) ?? 0))
    .map((key) => `${key} of ${place}: analytics says ${counted.get(key) ?? 0}, the runtime ${rows.get(key) ?? 0}`);
}
