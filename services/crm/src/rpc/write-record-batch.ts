import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import {
  CrmRecordBatchesService,
  CrmRecordBatchMode,
  CrmRecordBatchOutcome,
  type CrmRecordBatchResultSchema,
  type WriteCrmRecordBatchRequest,
  type WriteCrmRecordBatchResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { analyzeNow } from '../imports/analyze.ts';
import { batchesOf } from '../imports/batches.ts';
import { importers } from '../imports/importers.ts';
import type { KnownBy } from '../imports/keys.ts';
import type { Policy, Result } from '../imports/plan.ts';
import { again } from '../imports/run-import.ts';
import type { SourceRow } from '../imports/source-row.ts';
import { writeBatch } from '../imports/write-batch.ts';
import { authorOf } from '../records/author.ts';
import { commit } from '../records/commit.ts';
import type { Write } from '../records/write.ts';

const targets: readonly string[] = ['accounts', 'contacts', 'leads'];
const maxRows = 500;

type Answer = MessageInitShape<typeof WriteCrmRecordBatchResponseSchema>;

/**
 * Writes rows of a data source. Two rows of one record are written one after the other, so that the last row takes
 * effect.
 */
export async function writeCrmRecordBatch(ctx: Context, request: WriteCrmRecordBatchRequest, call: HandlerContext) {
  const rows = readRows(request);
  if (request.dryRun || callerOf(call).mode === 'test') return tryBatch(ctx, { ...request, dryRun: true }, rows, call);
  const answer = await again(() =>
    commit(ctx, call, CrmRecordBatchesService.method.writeCrmRecordBatch, request, (write) =>
      writeAll(write, request, rows),
    ),
  );
  await analyzeNow(ctx.db.kysely, request.batch);
  return answer;
}

class DryRunOver extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super();
    this.answer = answer;
  }
}

async function tryBatch(
  ctx: Context,
  request: WriteCrmRecordBatchRequest,
  rows: readonly SourceRow[],
  call: HandlerContext,
): Promise<Answer> {
  try {
    return await ctx.db.kysely.transaction().execute(async (trx) => {
      throw new DryRunOver(await writeAll({ ctx, trx, author: authorOf(call), made: { records: 0 } }, request, rows));
    });
  } catch (error) {
    if (error instanceof DryRunOver) return error.answer;
    throw error;
  }
}

async function writeAll(
  write: Write,
  request: WriteCrmRecordBatchRequest,
  rows: readonly SourceRow[],
): Promise<Answer> {
  const by: KnownBy = { email: request.dedupeBy.includes('email'), domain: request.dedupeBy.includes('domain') };
  const results: MessageInitShape<typeof CrmRecordBatchResultSchema>[] = [];
  for await (const batch of batchesOf(each(rows), write.author.organizationId, by)) {
    const ids = new Map<number, string>();
    const outcomes = await writeBatch(write, batch, by, {
      ...policyOf(request),
      onRecord: (index, id) => ids.set(index, id),
    });
    // The ids of records that a dry run creates are left out, because the records do not remain.
    for (const index of batch.keys()) {
      const outcome = outcomes[index];
      const id = request.dryRun && outcome === 'created' ? undefined : ids.get(index);
      results.push({ ...resultOf(outcome), ...(id !== undefined && { recordId: id }) });
    }
  }
  return { results, archived: await archive(write, request) };
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function policyOf({ mode, fillBlanks }: WriteCrmRecordBatchRequest): Policy {
  return {
    creates: mode !== CrmRecordBatchMode.UPDATE_ONLY,
    updates: mode !== CrmRecordBatchMode.CREATE_ONLY,
    fillsBlanks: fillBlanks,
  };
}

const outcomes = {
  created: CrmRecordBatchOutcome.CREATED,
  updated: CrmRecordBatchOutcome.UPDATED,
  unchanged: CrmRecordBatchOutcome.UNCHANGED,
  skipped: CrmRecordBatchOutcome.SKIPPED,
} as const;

function resultOf(result: Result | undefined): MessageInitShape<typeof CrmRecordBatchResultSchema> {
  if (result === undefined) throw new Error('a row of a batch has no result');
  if (!Array.isArray(result)) return { outcome: outcomes[result] };
  const errors = result.map(({ field, message, code = 'invalid' }) => ({ field, message, code }));
  return { outcome: CrmRecordBatchOutcome.FAILED, errors };
}

/** Deletes records by means of the collection's importer: a row that is marked as deleted deletes its record. */
async function archive(write: Write, { target, archive: ids }: WriteCrmRecordBatchRequest): Promise<number> {
  const importer = importers.get(target);
  if (importer === undefined || ids.length === 0) return 0;
  const { rows } = await sql<{ public_id: string }>`
    select public_id from ${sql.table(target)}
    where organization_id = ${write.author.organizationId} and deleted_at is null
      and id = any(${[...ids]}::uuid[])`.execute(write.trx);
  const gone = rows.map(({ public_id }, row) => ({
    collection: target,
    row,
    fields: { public_id, deleted_at: write.ctx.clock.now().toISOString() },
  }));
  const results = await writeBatch(write, gone, { email: false });
  return results.filter((result) => result === 'updated').length;
}

function readRows({ target, rows: bytes, archive: ids }: WriteCrmRecordBatchRequest): SourceRow[] {
  if (!targets.includes(target)) {
    refuseViolations([
      { field: 'target', message: `must be one of ${targets.join(', ')}`, code: 'enum', allowed: [...targets] },
    ]);
  }
  const rows = bytes.length === 0 ? [] : parseRows(Buffer.from(bytes).toString());
  if (!Array.isArray(rows) || !rows.every(isObject) || rows.length > maxRows || ids.length > maxRows) {
    throw new DomainError('malformed', 'malformed_json', `rows must be an array of at most ${maxRows} objects.`);
  }
  return rows.map((fields, row) => ({ collection: target, row, fields }));
}

/** Returns the parsed rows; null for a string that is not JSON. */
function parseRows(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}
