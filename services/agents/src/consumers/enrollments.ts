import { type Consumer, startConsumer, topicOf } from '@drippulse/events';
import type { Enrollment } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type EnrollmentEvent, EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import { goOnAfter } from '../approvals/go-on-after.ts';
import { endOf } from '../chain/enroll.ts';
import type { Context } from '../context.ts';
import { eraseExecutions } from '../erasures/erase-executions.ts';
import { type Ending, finishExecution } from '../executions/finish.ts';
import { afterEnd } from '../executions/record-ends.ts';
import { enrollmentKey } from '../ledger/windows.ts';

type EndedEnrollment = { organizationId: bigint; enrollment: Enrollment };

/**
 * Consumes enrollment events. Settles ended enrollments that were started by an execution or whose steps requested
 * executions. Handles erasures, and continues executions after decisions about their actions.
 */
export function consumeEnrollments(ctx: Context): Promise<Consumer> {
  return startConsumer({
    transport: ctx.events,
    topic: topicOf(EnrollmentEventSchema),
    group: serviceOf('agents'),
    db: ctx.db,
    log: ctx.log,
    metrics: ctx.registry,
    async handle(batch) {
      const messages = batch.map(({ message }) => message);
      await settle(ctx, messages.flatMap(endedOf));
      await forgetWindows(ctx, messages);
      for (const { organizationId, payload } of messages) {
        if (payload.case === 'approvalDecided') await goOnAfter(ctx, organizationId, payload.value);
        if (payload.case !== 'erased') continue;
        const { id } = payload.value;
        while (await eraseExecutions(ctx, organizationId, { enrollmentIds: [id], names: [] }));
      }
    },
  });
}

function endedOf({ organizationId, payload }: EnrollmentEvent): EndedEnrollment[] {
  const isEnd = payload.case === 'completed' || payload.case === 'failed' || payload.case === 'cancelled';
  return isEnd ? [{ organizationId, enrollment: payload.value }] : [];
}

/**
 * Deletes the budget windows of ended enrollments. Keeps the windows of failed enrollments, because these enrollments
 * may be retried.
 */
async function forgetWindows(ctx: Context, messages: readonly EnrollmentEvent[]): Promise<void> {
  const keys = messages.flatMap(({ organizationId, payload }) =>
    payload.case === 'completed' || payload.case === 'cancelled'
      ? [enrollmentKey(organizationId, payload.value.id)]
      : [],
  );
  if (keys.length === 0) return;
  await sql`delete from spend_windows where key = any(${keys}) and reserved_pico_usd = 0`.execute(ctx.db.kysely);
}

type Affected = { id: bigint; organization_id: bigint; place: number; is_own: boolean };

/**
 * Settles ended enrollments. Most of them have no relation to agents, so one query finds the related ones of a batch.
 */
async function settle(ctx: Context, ended: readonly EndedEnrollment[]): Promise<void> {
  if (ended.length === 0) return;
  const organizations = ended.map(({ organizationId }) => organizationId);
  const ids = ended.map(({ enrollment }) => enrollment.id);
  const { rows } = await sql<Affected>`
    with ended as (
      select * from unnest(${organizations}::bigint[], ${ids}::bigint[]) with ordinality as ended (organization_id, enrollment_id, place))
    select execution.id, execution.organization_id, place::int as place, true as is_own
    from ended join executions as execution using (organization_id, enrollment_id)
    where execution.status in ('queued', 'running', 'waiting_approval')
    union all
    select execution.id, execution.organization_id, place::int, false
    from ended join executions as execution
      on execution.organization_id = ended.organization_id and execution.source_enrollment_id = ended.enrollment_id
    where execution.status in ('queued', 'running', 'waiting_approval')`.execute(ctx.db.kysely);
  for (const { id, organization_id: organizationId, place, is_own: isOwn } of rows) {
    const enrollment = ended[place - 1]?.enrollment;
    if (enrollment !== undefined) await end(ctx, { organizationId, id }, isOwn ? endingOf(enrollment) : orphaned);
  }
}

const orphaned: Ending = {
  status: 'failed',
  code: 'cancelled_by_enrollment',
  message: 'The enrollment whose step asked for it has ended.',
};

function endingOf({ workflowId, id, status, outcome, lastError }: Enrollment): Ending | undefined {
  return endOf({ workflowId, id, status, outcome, lastError });
}

async function end(
  ctx: Context,
  place: { organizationId: bigint; id: bigint },
  ending: Ending | undefined,
): Promise<void> {
  if (ending === undefined) return;
  const view = await ctx.db.kysely.transaction().execute((trx) => finishExecution(ctx, trx, place, ending));
  if (view === undefined) return;
  afterEnd(ctx, view);
}
