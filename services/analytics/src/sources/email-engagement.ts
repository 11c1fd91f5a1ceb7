import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { dimensions } from '../rollups/dimensions.ts';
import { factKinds } from '../rollups/kinds.ts';
import { percentOf } from '../tables/percent.ts';
import { type Cell, number, type Page, type Table, text } from '../tables/table.ts';
import type { Reading } from './source.ts';
import { workflowNames } from './workflow-names.ts';

const kinds = {
  sent: factKinds.email_sent,
  opened: factKinds.email_opened,
  clicked: factKinds.email_clicked,
  unsubscribed: factKinds.email_unsubscribed,
  bounced: factKinds.email_bounced,
  complained: factKinds.email_complained,
} as const;

/** Counts mails by the step that sent them, of one workflow or all. The period is rounded to whole quarter hours. */
export async function emailEngagement(ctx: Context, reading: Reading): Promise<Table> {
  return {
    title: 'Engagement with mails',
    columns: [
      number('workflow_id', 'Workflow'),
      text('workflow_name', 'Name'),
      text('step_id', 'Step'),
      number('sent', 'Sent'),
      number('bounced', 'Bounced'),
      number('delivered', 'Delivered'),
      number('opened', 'Opened'),
      number('clicked', 'Clicked'),
      number('unsubscribed', 'Unsubscribed'),
      number('complained', 'Complained'),
      number('open_percent', 'Opened (%)'),
      number('click_percent', 'Clicked (%)'),
    ],
    pages: pagesOf(ctx, reading),
    chart: { label: 'step_id', value: 'sent' },
  };
}

type StepSums = { workflow_id: bigint; key: string } & Record<keyof typeof kinds, bigint>;

async function* pagesOf(ctx: Context, { caller, parameters }: Reading): AsyncGenerator<Page> {
  const { from, to, workflowId } = parameters;
  const isOfWorkflow = workflowId === undefined ? sql`workflow_id > 0` : sql`workflow_id = ${workflowId}`;
  const { rows } = await sql<StepSums>`
    select workflow_id, key, ${sql.join(Object.entries(kinds).map(([name, kind]) => sumOf(name, kind)))}
    from rollup_quarters
    where organization_id = ${caller.organizationId} and mode = ${caller.mode}
      and kind in (${sql.join(Object.values(kinds))})
      and dimension = ${dimensions.step} and ${isOfWorkflow} and variant = '' and at >= ${from} and at < ${to}
    group by workflow_id, key order by workflow_id, key`.execute(ctx.db.kysely);
  const names = await workflowNames(ctx, caller, [...new Set(rows.map(({ workflow_id: id }) => id))]);
  yield { rows: rows.map((row) => cellsOf(row, names.get(row.workflow_id))), done: 1 };
}

function sumOf(name: string, kind: number): RawBuilder<unknown> {
  return sql`coalesce(sum(count) filter (where kind = ${kind}), 0)::bigint as ${sql.id(name)}`;
}

function cellsOf(row: StepSums, workflowName: string | undefined): Cell[] {
  const { sent, opened, clicked, unsubscribed, bounced, complained } = row;
  // A mail that was sent before the period may bounce within the period, so there may be more bounces than sent mails.
  const delivered = sent > bounced ? sent - bounced : 0n;
  return [
    ...[row.workflow_id, workflowName ?? null, row.key],
    ...[sent, bounced, delivered, opened, clicked, unsubscribed, complained],
    ...[percentOf(opened, delivered), percentOf(clicked, delivered)],
  ];
}
