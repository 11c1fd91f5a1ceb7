import { appendEvents } from '@drippulse/events';
import { sql, type Transaction } from 'kysely';
import { agentsTopic } from '../agents/events.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { bucketOf } from './durations.ts';
import type { ExecutionView } from './rows.ts';
import { durationOf, executionToProto } from './to-proto.ts';

/** Number of rows over which each count is spread. */
const shards = 4;

/**
 * Records the consequences of ends, in the transaction that ends the executions: events, counts, log lines, and the
 * reports to the steps that requested the executions. Call `afterEnd` for each execution after the commit.
 */
export async function recordEnds(
  { random }: Pick<Context, 'random'>,
  trx: Transaction<DB>,
  views: readonly ExecutionView[],
): Promise<void> {
  if (views.length === 0) return;
  await publishEnds(trx, views);
  // The counts are updated last, because the counts of an agent stay locked until the commit, and other ends of the
  // agent wait for them.
  await countEnds(trx, views, Math.min(shards - 1, Math.floor(random() * shards)));
}

async function publishEnds(trx: Transaction<DB>, views: readonly ExecutionView[]): Promise<void> {
  const told = views.filter(({ status }) => status !== 'cancelled');
  await appendEvents(
    trx,
    agentsTopic,
    told.map((view) => ({
      organizationId: view.organization_id,
      ...(view.cause !== null && { cause: view.cause }),
      sequence: view.sequence,
      aggregate: `agent_execution:${view.id}`,
      payload: {
        case: view.status === 'succeeded' ? ('executionCompleted' as const) : ('executionFailed' as const),
        value: executionToProto(view),
      },
    })),
  );
}

async function countEnds(trx: Transaction<DB>, views: readonly ExecutionView[], shard: number): Promise<void> {
  const organizations = views.map((view) => view.organization_id);
  const agents = views.map((view) => view.agent_id);
  const ids = views.map(({ id }) => id);
  const times = views.map((view) => view.finished_at);
  const lines = views.map(lineOf);
  const reported = sql`, reported as (
      update effects set state = 'ended', report_at = clock_timestamp()
      from unnest(${organizations}::bigint[], ${ids}::bigint[]) as ended (organization_id, execution_id)
      where effects.organization_id = ended.organization_id and effects.execution_id = ended.execution_id
        and effects.state = 'accepted')`;
  // Counts are locked in the order of their keys.
  await sql`
    with counted as (
      insert into execution_counts as known (
        organization_id, agent_id, hour, kind, outcome, bucket, shard, executions, cost_pico_usd, input_tokens, output_tokens)
      select organization_id, agent_id, date_trunc('hour', at, 'UTC'), kind, outcome, bucket, ${shard}, count(*), sum(cost)::bigint,
        sum(input)::bigint, sum(output)::bigint
      from unnest(
        ${organizations}::bigint[], ${agents}::bigint[], ${times}::timestamptz[], ${views.map(({ kind }) => kind)}::text[],
        ${views.map(outcomeOf)}::text[], ${views.map((view) => bucketOf(Number(durationOf(view) ?? 0n)))}::smallint[],
        ${views.map((view) => view.cost_pico_usd)}::bigint[], ${views.map((view) => view.input_tokens)}::bigint[],
        ${views.map((view) => view.output_tokens)}::bigint[])
        as ended (organization_id, agent_id, at, kind, outcome, bucket, cost, input, output)
      group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
      on conflict (organization_id, agent_id, hour, kind, outcome, bucket, shard) do update set
        executions = known.executions + excluded.executions, cost_pico_usd = known.cost_pico_usd + excluded.cost_pico_usd,
        input_tokens = known.input_tokens + excluded.input_tokens, output_tokens = known.output_tokens + excluded.output_tokens)
    ${views.some((view) => view.source_enrollment_id !== null) ? reported : sql``}
    insert into agent_logs (at, organization_id, agent_id, execution_id, level, message)
    select * from unnest(
      ${times}::timestamptz[], ${organizations}::bigint[], ${agents}::bigint[], ${ids}::bigint[],
      ${lines.map(({ level }) => level)}::text[], ${lines.map(({ message }) => message)}::text[])`.execute(trx);
}

/** Announces an end after its commit. */
export function afterEnd(ctx: Context, view: ExecutionView): void {
  ctx.metrics.executionEnded(view.work, view.status, Number(durationOf(view) ?? 0n));
  ctx.relay.wake();
  ctx.ends.note(view.id, view);
  if (view.source_enrollment_id !== null) ctx.wake.reports();
}

function outcomeOf({ status, error_code: code }: ExecutionView): string {
  return status === 'failed' ? (code ?? 'failed') : status;
}

/**
 * Builds a log line. The line names no person, because it contains the error's code, which this service chose, and not
 * the error's message.
 */
function lineOf({ status, error_code: code }: ExecutionView): { level: string; message: string } {
  if (status === 'succeeded') return { level: 'info', message: 'Succeeded' };
  if (status === 'cancelled') return { level: 'warn', message: 'Cancelled' };
  return { level: 'error', message: `Failed: ${code}` };
}
