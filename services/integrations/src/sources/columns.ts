import { refuseViolations, type Violation } from '@drippulse/errors';
import type {
  DataSourceBlank,
  DataSourceDeletions,
  DataSourceExisting,
  DataSourceWriteMode,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { readConfig } from './config/read-config.ts';
import type { SourceConfig, SourceType } from './config/schemas.ts';
import { readMapping } from './mapping/mapping.ts';
import { scheduleProblems } from './schedule.ts';
import { blanks, deletions, existings, writeModes } from './texts.ts';

/** The members of a request that create or change a data source. */
export type GivenSource = {
  name?: string;
  config?: Uint8Array;
  mapping?: Uint8Array;
  dedupeBy?: string[];
  writeMode?: DataSourceWriteMode;
  existing?: DataSourceExisting;
  blank?: DataSourceBlank;
  deletions?: DataSourceDeletions;
  schedule?: { frequency: string; timezone: string } | undefined;
  abortIfFailedPercent?: number;
};

/** The columns of a data source that a person chooses, without its settings. */
export type SourceColumns = {
  name: string;
  mapping: string;
  dedupe_by: string[];
  write_mode: string;
  existing: string;
  blank: string;
  deletions: string;
  abort_if_failed_percent: number;
  schedule_frequency: string | null;
  schedule_timezone: string | null;
};

const defaults = {
  mapping: '[]',
  write_mode: 'create_and_update',
  existing: 'overwrite',
  blank: 'keep',
  deletions: 'ignore',
  abort_if_failed_percent: 50,
  schedule_frequency: null,
  schedule_timezone: null,
};

const maxNameLength = 255;

/** Returns the keys that find a record of a collection, in order of precedence. */
export function keysOf(target: string): string[] {
  return target === 'accounts' ? ['external_id', 'domain'] : ['external_id', 'email'];
}

/**
 * Reads the columns of a request. `present` contains the members that the request sets. Absent members keep their value
 * in `former`.
 */
export async function readSource(
  given: GivenSource,
  o: {
    type: SourceType;
    target: string;
    present: ReadonlySet<string>;
    former?: SourceColumns;
    formerConfig?: SourceConfig;
    allowPrivate: boolean;
    now: Date;
  },
): Promise<{ columns: SourceColumns; config: SourceConfig }> {
  const { type, target, present, former } = o;
  const has = (name: string) => present.has(name);
  const base: SourceColumns = former ?? { ...defaults, name: '', dedupe_by: keysOf(target) };
  const text = (bytes: Uint8Array | undefined) =>
    bytes === undefined || bytes.length === 0 ? undefined : Buffer.from(bytes).toString();
  const mappingText = text(given.mapping) ?? '[]';
  const mapping = has('mapping') ? readMapping(mappingText, target) : undefined;
  const read =
    has('config') || o.formerConfig === undefined
      ? await readConfig(type, text(given.config) ?? '{}', { allowPrivate: o.allowPrivate, former: o.formerConfig })
      : { config: o.formerConfig };
  const columns: SourceColumns = {
    name: has('name') ? (given.name ?? '') : base.name,
    mapping: mapping === undefined || 'violations' in mapping ? base.mapping : JSON.stringify(mapping.mapping),
    dedupe_by: has('dedupe_by') && (given.dedupeBy ?? []).length > 0 ? (given.dedupeBy ?? []) : base.dedupe_by,
    write_mode: (has('write_mode') ? writeModes.textOf(given.writeMode) : null) ?? base.write_mode,
    existing: (has('existing') ? existings.textOf(given.existing) : null) ?? base.existing,
    blank: (has('blank') ? blanks.textOf(given.blank) : null) ?? base.blank,
    deletions: (has('deletions') ? deletions.textOf(given.deletions) : null) ?? base.deletions,
    abort_if_failed_percent:
      (has('abort_if_failed_percent') ? given.abortIfFailedPercent : undefined) ?? base.abort_if_failed_percent,
    schedule_frequency: has('schedule') ? (given.schedule?.frequency ?? null) : base.schedule_frequency,
    schedule_timezone: has('schedule')
      ? given.schedule
        ? given.schedule.timezone || 'UTC'
        : null
      : base.schedule_timezone,
  };
  const violations = [
    ...problemsOf(columns, target, o.now),
    ...(mapping !== undefined && 'violations' in mapping ? mapping.violations : []),
    ...('violations' in read ? read.violations : []),
  ];
  refuseViolations(violations);
  if ('violations' in read) throw new Error('settings with violations were not refused');
  return { columns, config: read.config };
}

function problemsOf(columns: SourceColumns, target: string, now: Date): Violation[] {
  const {
    name,
    dedupe_by: keys,
    schedule_frequency: frequency,
    schedule_timezone: timezone,
    abort_if_failed_percent: percent,
  } = columns;
  const allowed = keysOf(target);
  return [
    ...(name.trim() === '' ? [{ field: 'name', message: 'must not be empty', code: 'required' as const }] : []),
    ...(name.length > maxNameLength
      ? [{ field: 'name', message: `must be at most ${maxNameLength} characters long`, code: 'length' as const }]
      : []),
    ...keys.flatMap((key, index) =>
      allowed.includes(key)
        ? []
        : [
            {
              field: `dedupe_by.${index}`,
              message: `must be one of ${allowed.join(', ')}`,
              code: 'enum' as const,
              allowed,
            },
          ],
    ),
    ...(percent < 1 || percent > 100
      ? [{ field: 'abort_if_failed_percent', message: 'must be from 1 to 100', code: 'range' as const }]
      : []),
    ...(frequency === null ? [] : scheduleProblems({ frequency, timezone: timezone ?? 'UTC' }, now)),
  ];
}
