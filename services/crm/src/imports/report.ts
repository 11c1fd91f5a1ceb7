import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import type { CrmImportErrorSchema, CrmImportSchema } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { z } from 'zod';
import type { Result } from './plan.ts';
import type { SourceRow } from './source-row.ts';

const maxErrors = 1000;
const maxMessageLength = 500;

const count = z.int().nonnegative();
const error = z.object({ collection: z.string(), row: count, field: z.string(), message: z.string() });
const reportSchema = z.object({
  created: count,
  updated: count,
  unchanged: count,
  failed: count,
  errors: z.array(error),
});

/** Counts of outcomes, and the first errors. It is plain JSON, because a job stores it between slices. */
export type Report = z.infer<typeof reportSchema>;

export function emptyReport(): Report {
  return { created: 0, updated: 0, unchanged: 0, failed: 0, errors: [] };
}

export function readReport(json: unknown): Report {
  return reportSchema.parse(json);
}

/** Adds the results of a batch to a report. */
export function addResults(report: Report, rows: readonly SourceRow[], results: readonly (Result | undefined)[]): void {
  for (const [index, row] of rows.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    if (Array.isArray(result)) addProblems(report, row, result);
    else if (result !== 'skipped') report[result] += 1;
  }
}

function addProblems(report: Report, { collection, row }: SourceRow, problems: readonly Violation[]): void {
  report.failed += 1;
  for (const { field, message } of problems.slice(0, maxErrors - report.errors.length)) {
    report.errors.push({ collection, row, field, message: message.slice(0, maxMessageLength) });
  }
}

export function reportToProto(report: Report): MessageInitShape<typeof CrmImportSchema> {
  const { created, updated, unchanged, failed, errors } = report;
  return {
    created: BigInt(created),
    updated: BigInt(updated),
    unchanged: BigInt(unchanged),
    failed: BigInt(failed),
    errors: errors.map(errorToProto),
  };
}

function errorToProto({ row, ...rest }: Report['errors'][number]): MessageInitShape<typeof CrmImportErrorSchema> {
  return { ...rest, row: BigInt(row) };
}
