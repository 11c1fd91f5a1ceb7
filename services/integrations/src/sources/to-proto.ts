import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type {
  DataSourceFileSchema,
  DataSourceSchema,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { modeToProto } from '@drippulse/rpc';
import type { StoredFile } from './readers/store-file.ts';
import type { DataSourceRow } from './rows.ts';
import { blanks, deletions, existings, targets, types, writeModes } from './texts.ts';

export function sourceToProto(row: DataSourceRow, file?: StoredFile): MessageInitShape<typeof DataSourceSchema> {
  const { schedule_frequency: frequency, schedule_timezone: timezone } = row;
  return {
    id: row.id,
    name: row.name,
    type: types.numberOf(row.type),
    config: Buffer.from(row.shown_config),
    mapping: Buffer.from(row.mapping),
    target: targets.numberOf(row.target),
    dedupeBy: row.dedupe_by,
    writeMode: writeModes.numberOf(row.write_mode),
    existing: existings.numberOf(row.existing),
    blank: blanks.numberOf(row.blank),
    deletions: deletions.numberOf(row.deletions),
    ...(frequency !== null && { schedule: { frequency, timezone: timezone ?? 'UTC' } }),
    nextRunAt: timestampOf(row.next_run_at),
    schedulePausedAt: timestampOf(row.schedule_paused_at),
    lastSkippedAt: timestampOf(row.last_skipped_at),
    abortIfFailedPercent: row.abort_if_failed_percent,
    ...(file !== undefined && { file: fileToProto(file) }),
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    updatedAt: timestampFromDate(row.updated_at),
    revision: row.revision,
  };
}

export function fileToProto(file: StoredFile): MessageInitShape<typeof DataSourceFileSchema> {
  return {
    bytes: file.bytes,
    encoding: file.encoding,
    uploadedAt: timestampFromDate(file.created_at),
    warnings: file.warnings,
  };
}

export function timestampOf(date: Date | null): Timestamp | undefined {
  return date === null ? undefined : timestampFromDate(date);
}
