import type pg from 'pg';

/** Every row whose mode is not `test`, as JSON text, by table. */
export type LiveRows = ReadonlyMap<string, readonly string[]>;

/**
 * Matches internal tables, which change by themselves: the head of the audit trail moves with each row of the trail,
 * usage is summed up some seconds after it was counted, and counts are recorded when they arise.
 */
const machinery =
  /^(events\.|[a-z]+\.(kysely_|outbox|inbox|usage))|^identity\.(api_key_usage|audit_heads)$|^analytics\.progress$/;

/**
 * Tables to which a test key may add rows, although they have no column for the mode. Their rows either belong to rows
 * with a mode or, like projects and the audit trail, have no mode. No other table may grow.
 */
const growing = new Set([
  'agents.agent_logs',
  'agents.eval_cases',
  'agents.eval_results',
  'agents.execution_counts',
  'agents.execution_steps',
  'agents.execution_texts',
  'agents.jobs',
  'agents.models',
  'agents.template_versions',
  'agents.training_rows',
  'analytics.jobs',
  'analytics.names',
  'analytics.report_chunks',
  'analytics.step_facts',
  'crm.lead_form_submissions',
  'enrollments.deliveries',
  'enrollments.effects',
  'enrollments.enrollment_search',
  'enrollments.removals',
  'enrollments.run_data',
  'enrollments.timeline',
  'enrollments.workflow_versions',
  'identity.audit_events',
  'identity.projects',
  'integrations.jobs',
  'webhooks.attempts',
  'webhooks.deliveries',
  'webhooks.endpoints',
  'webhooks.jobs',
  'webhooks.lanes',
  'webhooks.payloads',
  'webhooks.queue',
  'webhooks.removals',
  'workflows.workflow_versions',
]);

/** Columns with a time at which a worker last worked or will next work, or at which a key was last used. */
const clocks = ['last_used_at', 'wake_at', 'next_due_at', 'lease_until', 'catching_up'];

/** Reads the live rows of all schemas. New tables are included. */
export async function readLiveRows(client: Pick<pg.Client, 'query'>): Promise<LiveRows> {
  const { rows: tables } = await client.query<{ name: string; has_mode: boolean }>(`
    select format('%s.%s', nspname, relname) as name,
      exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'mode' and not attisdropped) as has_mode
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and not relispartition and nspname !~ '^pg_' and nspname <> 'information_schema'
    order by 1`);
  const found = new Map<string, string[]>();
  for (const { name, has_mode: hasMode } of tables) {
    if (machinery.test(name)) continue;
    const { rows } = await client.query<{ text: string }>(
      `select (to_jsonb(kept) - $1::text[])::text as text from ${name} as kept
       ${hasMode ? "where mode = 'live'" : ''} order by 1`,
      [clocks],
    );
    found.set(
      name,
      rows.map(({ text }) => text),
    );
  }
  return found;
}

/**
 * Returns whether every event was sent and handled, every delivery was delivered, every mail was sent, and every job
 * has ended. It is one statement, so it sees one snapshot, and does not miss work that moves from one table to another.
 */
export async function isSettled(client: Pick<pg.Client, 'query'>): Promise<boolean> {
  const open = [
    ...['workflows', 'enrollments', 'crm', 'webhooks', 'integrations'].map((schema) => `select from ${schema}.outbox`),
    ...['agents', 'enrollments', 'crm', 'webhooks', 'integrations'].map(
      (schema) => `select from ${schema}.jobs where status in ('queued', 'running')`,
    ),
    `select from events.group_partitions join events.topic_partitions as head using (topic, partition)
     where head.next_offset > group_partitions.next_offset`,
    'select from webhooks.queue',
    `select from enrollments.approvals where status = 'pending' and mode = 'live' and notified_at is null`,
  ];
  const { rowCount } = await client.query(open.join(' union all '));
  return rowCount === 0;
}

/** Returns how the live rows changed during calls with test keys, one line for each lost or gained row. */
export function changesOf(before: LiveRows, after: LiveRows): string[] {
  return [...before].flatMap(([table, rows]) => {
    const now = after.get(table) ?? [];
    const [former, latter] = [new Set(rows), new Set(now)];
    const gone = rows.filter((row) => !latter.has(row)).map((row) => `${table} lost ${row}`);
    const added = now.filter((row) => !former.has(row)).map((row) => `${table} gained ${row}`);
    return growing.has(table) ? gone : [...gone, ...added];
  });
}
