/**
 * The sum of one kind of fact, either over all days or over all quarter hours, at one step or in the whole workflow.
 */
export type SumFact = { workflow_id: string; kind: number; step_id: string; count: number };

/** The sums of analytics, and the number of mails of each workflow that a mail server accepted. */
export type AnalyticsFacts = {
  days: readonly SumFact[];
  quarters: readonly SumFact[];
  sent: readonly { workflow_id: string; count: number }[];
  /** Attempts of webhooks by outcome: the number that analytics counted, and the number that was recorded. */
  attempts: readonly { webhook_id: string; succeeded: boolean; counted: number; made: number }[];
  /** Ids of the events that have become facts. */
  ids: ReadonlySet<string>;
};

// biome-ignore lint/suspicious/noExplicitAny: rows as the query that is next to it names them
type RowsOf = (text: string) => Promise<any[]>;

export async function readAnalyticsFacts(rowsOf: RowsOf): Promise<AnalyticsFacts> {
  const ids = await rowsOf('select id::text from analytics.facts union select id::text from analytics.step_facts');
  return {
    days: await rowsOf(sumsQuery('rollup_days')),
    quarters: await rowsOf(sumsQuery('rollup_quarters')),
    sent: await rowsOf(`
      select workflow_id, count(*)::int as count from enrollments.deliveries where sent_at is not null group by 1`),
    attempts: await rowsOf(`
      select webhook_id, succeeded, coalesce(counted.count, 0)::int as counted, coalesce(made.count, 0)::int as made
      from (
        select key::bigint as webhook_id, kind = 35 as succeeded, sum(count) as count from analytics.rollup_days
        where dimension = 5 and workflow_id = 0 and kind in (35, 36) group by 1, 2) as counted
      full join (
        select webhook_id, attempts.error is null as succeeded, count(*) as count
        from webhooks.attempts join webhooks.deliveries on deliveries.id = attempts.delivery_id group by 1, 2) as made
      using (webhook_id, succeeded)`),
    ids: new Set(ids.map(({ id }) => `evt_${id}`)),
  };
}

/**
 * Selects sums over all versions and enrollments: of whole workflows (dimension 0), and of steps (dimension 2, kinds
 * from 40 on).
 */
function sumsQuery(table: string): string {
  return `
    select workflow_id, kind, key as step_id, sum(count)::int as count
    from analytics.${table}
    where workflow_id > 0 and variant = '' and ((dimension = 0 and kind < 40) or (dimension = 2 and kind >= 40))
    group by 1, 2, 3 having sum(count) <> 0`;
}
