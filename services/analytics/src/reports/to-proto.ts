import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ReportScheduleSchema, ReportSchema } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { modeToProto } from '@drippulse/rpc';
import { parametersToProto, unpackParameters } from '../parameters.ts';
import { type ReportSchedule, unpackSchedule } from '../schedules/schedule.ts';
import type { ReportRow } from './rows.ts';
import { formats, statuses, types } from './texts.ts';

export function reportToProto(row: ReportRow): MessageInitShape<typeof ReportSchema> {
  return {
    id: row.id,
    type: types.numberOf(row.type),
    format: formats.numberOf(row.format),
    parameters: parametersToProto(unpackParameters(row.parameters)),
    asOf: timestampFromDate(row.as_of),
    status: statuses.numberOf(row.status),
    progress: row.progress,
    rows: row.rows ?? undefined,
    bytes: row.bytes ?? undefined,
    fileName: row.file_name ?? undefined,
    ...(row.status === 'ready' && { downloadUrl: `/api/v1/reports/${row.id}/download` }),
    errorCode: row.error_code ?? undefined,
    error: row.error ?? undefined,
    schedule: row.schedule === null ? undefined : scheduleToProto(row, unpackSchedule(row.schedule)),
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    finishedAt: row.finished_at === null ? undefined : timestampFromDate(row.finished_at),
    expiresAt: timestampFromDate(row.expires_at),
    revision: row.revision,
    scheduledBy: row.scheduled_by ?? undefined,
    tickAt: row.tick_at === null ? undefined : timestampFromDate(row.tick_at),
  };
}

function scheduleToProto(
  { next_run_at: nextRunAt, failures }: ReportRow,
  { cron, timezone, recipients, skipWhenEmpty, paused }: ReportSchedule,
): MessageInitShape<typeof ReportScheduleSchema> {
  return {
    ...{ cron, timezone, skipWhenEmpty, paused },
    recipientIds: [...recipients],
    nextRunAt: nextRunAt === null ? undefined : timestampFromDate(nextRunAt),
    failuresInARow: failures,
  };
}
