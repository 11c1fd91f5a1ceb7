import { stringifyJson } from '@drippulse/json';
import {
  CrmRecordBatchMode,
  CrmRecordBatchOutcome,
  type CrmRecordBatchResult,
} from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { type MapOptions, mapRow, type RowError, textOf } from '../sources/mapping/map-row.ts';
import type { ReadRow } from '../sources/readers/page.ts';

/** The result of a row. */
export type RowResult = {
  outcome: 'created' | 'updated' | 'unchanged' | 'skipped' | 'failed';
  recordId?: string;
  errors: RowError[];
};

/** Options for writing rows. */
export type WriteOptions = MapOptions & {
  caller: Caller;
  dedupeBy: readonly string[];
  writeMode: string;
  fillsBlanks: boolean;
  isDry: boolean;
  /** Idempotency key. A repeated call with this key gets the first answer. */
  key?: string;
  /** Number of the batch in its run, from 1. */
  batch?: number;
};

/** Timeout of a call that writes a batch. The batch is one transaction of the CRM, and takes tens of milliseconds. */
const timeoutMs = 60_000;

const modes: Readonly<Record<string, CrmRecordBatchMode>> = {
  create_only: CrmRecordBatchMode.CREATE_ONLY,
  update_only: CrmRecordBatchMode.UPDATE_ONLY,
};

/** Rows in the form that the CRM accepts. Rows that cannot be mapped are not sent. */
export type MappedRows = { rows: readonly ReadRow[]; mapped: ReturnType<typeof mapRow>[]; sent: Buffer | undefined };

/** Maps up to 500 rows. */
export function mapRows(rows: readonly ReadRow[], o: MapOptions): MappedRows {
  const mapped = rows.map((row) =>
    row.problem === undefined ? mapRow(row.cells, o) : { errors: [problemOf(row.problem)] },
  );
  const sent = mapped.flatMap((row) => ('fields' in row ? [row.fields] : []));
  return { rows, mapped, sent: sent.length === 0 ? undefined : Buffer.from(stringifyJson(sent)) };
}

/** Writes mapped rows in one call to the CRM. */
export async function writeMapped(
  ctx: Context,
  { rows, mapped, sent }: MappedRows,
  o: WriteOptions,
): Promise<RowResult[]> {
  const results = sent === undefined ? [] : await call(ctx, { rows: sent }, o);
  const columns = new Map(o.mapping.map(({ from = '', to }) => [to, from]));
  let place = 0;
  return mapped.map((row, index) => {
    if ('errors' in row) return { outcome: 'failed', errors: row.errors };
    const result = results[place];
    place += 1;
    if (result === undefined) throw new Error('the CRM answered fewer results than rows');
    return resultOf(result, rows[index], columns);
  });
}

/** Deletes the records whose row no longer exists. Returns their number. */
export async function archiveRecords(
  ctx: Context,
  ids: readonly string[],
  o: Pick<WriteOptions, 'caller' | 'target' | 'isDry' | 'key'>,
): Promise<number> {
  try {
    const request = { target: o.target, archive: [...ids], dryRun: o.isDry };
    return (await ctx.clients.batches(o.caller).writeCrmRecordBatch(request, optionsOf(o))).archived;
  } catch (error) {
    throw fromConnectError(error);
  }
}

async function call(ctx: Context, { rows }: { rows: Buffer }, o: WriteOptions): Promise<CrmRecordBatchResult[]> {
  const request = {
    target: o.target,
    rows,
    dedupeBy: [...o.dedupeBy],
    mode: modes[o.writeMode] ?? CrmRecordBatchMode.CREATE_AND_UPDATE,
    fillBlanks: o.fillsBlanks,
    dryRun: o.isDry,
    batch: o.batch ?? 0,
  };
  try {
    return (await ctx.clients.batches(o.caller).writeCrmRecordBatch(request, optionsOf(o))).results;
  } catch (error) {
    throw fromConnectError(error);
  }
}

function optionsOf({ key }: { key?: string }) {
  return { timeoutMs, ...(key !== undefined && { headers: { 'idempotency-key': key } }) };
}

function problemOf(message: string): RowError {
  return { column: '', field: '', code: 'format', message };
}

const outcomes: Readonly<Record<CrmRecordBatchOutcome, RowResult['outcome']>> = {
  [CrmRecordBatchOutcome.CREATED]: 'created',
  [CrmRecordBatchOutcome.UPDATED]: 'updated',
  [CrmRecordBatchOutcome.UNCHANGED]: 'unchanged',
  [CrmRecordBatchOutcome.SKIPPED]: 'skipped',
  [CrmRecordBatchOutcome.FAILED]: 'failed',
  [CrmRecordBatchOutcome.UNSPECIFIED]: 'failed',
};

function resultOf(
  { outcome, recordId, errors }: CrmRecordBatchResult,
  row: ReadRow | undefined,
  columns: ReadonlyMap<string, string>,
): RowResult {
  return {
    outcome: outcomes[outcome] ?? 'failed',
    ...(recordId !== '' && { recordId }),
    errors: errors.map(({ field, message, code }) => {
      const column = columns.get(field) ?? '';
      const value = textOf(row?.cells[column] ?? null).slice(0, 200);
      return { column, field, code, message, ...(value !== '' && { value }) };
    }),
  };
}
