import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  DataSourceRunErrorSchema,
  type DataSourceRunSchema,
  DataSourceRunStatusSchema,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { modeToProto } from '@drippulse/rpc';
import { enumTexts } from '../enum-texts.ts';
import { timestampOf } from '../sources/to-proto.ts';
import { readErrors } from './errors.ts';
import type { RunRow } from './rows.ts';

const statuses = enumTexts(DataSourceRunStatusSchema);

/** Converts a run for lists and events. Leaves out the errors of its rows, because they contain values of people. */
export function runToProto(row: RunRow): MessageInitShape<typeof DataSourceRunSchema> {
  return {
    id: row.id,
    dataSourceId: row.data_source_id,
    status: statuses.numberOf(row.status),
    dryRun: row.is_dry,
    trigger: row.trigger,
    counts: {
      read: row.rows_read,
      created: row.rows_created,
      updated: row.rows_updated,
      unchanged: row.rows_unchanged,
      skipped: row.rows_skipped,
      failed: row.rows_failed,
      archived: row.rows_archived,
    },
    ...(row.progress !== null && { progress: row.progress }),
    ...(row.rows_failed > 0n && { errorsCsvUrl: `/api/v1/data_source_runs/${row.id}/errors.csv` }),
    ...(row.error_code !== null && { errorCode: row.error_code }),
    ...(row.error !== null && { error: row.error }),
    warnings: row.warnings,
    cancelRequested: row.cancel_requested,
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    startedAt: timestampOf(row.started_at),
    finishedAt: timestampOf(row.finished_at),
  };
}

/** Converts a run, including its first row errors. */
export function wholeRunToProto(row: RunRow): MessageInitShape<typeof DataSourceRunSchema> {
  const errors = readErrors(row.errors).map(({ row: place, ...error }) =>
    create(DataSourceRunErrorSchema, { ...error, row: BigInt(place) }),
  );
  return { ...runToProto(row), errors };
}
