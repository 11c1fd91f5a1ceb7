import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import { ReportsService, type ScheduleReportRequest } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { readRecipients } from '../members/read-recipients.ts';
import { askTimezone } from '../organizations/ask-timezone.ts';
import { findReport, lockReport, selectReports } from '../reports/rows.ts';
import { reportToProto } from '../reports/to-proto.ts';
import { packSchedule, type ReportSchedule } from '../schedules/schedule.ts';
import { scheduleProblems, tickAfter } from '../schedules/ticks.ts';

const mostSchedules = 50;

export async function scheduleReport(ctx: Context, request: ScheduleReportRequest, call: HandlerContext) {
  const now = ctx.clock.now();
  const schedule = await readSchedule(ctx, request, callerOf(call), now);
  const { method } = ReportsService;
  const response = await transact(ctx, call, method.scheduleReport, request, async (trx, { organizationId }) => {
    const report = await lockReport(trx, organizationId, request.id);
    if (report.schedule === null) await requireRoom(trx, organizationId);
    const row = await trx
      .updateTable('reports')
      .set({ schedule: packSchedule(schedule), next_run_at: tickAfter(schedule, now), failures: 0 })
      .where('organization_id', '=', organizationId)
      .where('id', '=', report.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { report: reportToProto(row) };
  });
  ctx.wake.schedules();
  return response;
}

async function readSchedule(
  ctx: Context,
  request: ScheduleReportRequest,
  caller: Caller,
  now: Date,
): Promise<ReportSchedule> {
  const { id, cron, recipients, skipWhenEmpty = false, paused = false } = request;
  const { organizationId, actor } = caller;
  // A missing report is reported as missing, even if other members of the request are wrong too.
  await findReport(ctx.db.kysely, organizationId, id);
  if (cron === undefined) throw missingCron();
  const timezone = request.timezone ?? (await askTimezone(ctx, organizationId));
  refuseViolations(scheduleProblems({ cron, timezone }, now));
  return {
    ...{ cron, timezone, skipWhenEmpty, paused },
    recipients: await readRecipients(ctx, caller, recipients),
    ...(actor.type === 'user' && { owner: BigInt(actor.id) }),
  };
}

/** Refuses a schedule beyond the limit. Takes a lock, which serializes the counts of concurrent requests. */
async function requireRoom(trx: Transaction<DB>, organizationId: bigint): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(current_schema() || ' report schedules', ${organizationId}))`.execute(
    trx,
  );
  const { count } = await selectReports(trx, organizationId)
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .where('schedule', 'is not', null)
    .executeTakeFirstOrThrow();
  if (count < mostSchedules) return;
  const message = `An organization may have ${mostSchedules} schedules of reports.`;
  throw new DomainError('invalid', 'report_schedule_limit_reached', message);
}

function missingCron(): DomainError {
  const violations: Violation[] = [{ field: 'cron', message: 'is required', code: 'required' }];
  return new DomainError('malformed', 'parameter_missing', 'Required parameter missing: cron', { violations });
}
