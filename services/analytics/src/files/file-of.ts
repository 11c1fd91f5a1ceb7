import { Temporal } from 'temporal-polyfill';
import type { Page, Table } from '../tables/table.ts';
import { csvOf } from './csv.ts';
import { jsonOf } from './json.ts';

/** The facts about a report that its file contains. */
export type FileFacts = {
  report: { type: string; format: string; as_of: Date; parameters: { from: Date; to: Date; bom: boolean } };
  timezone: string;
  onPage(page: Page): Promise<void>;
};

/** Yields the bytes of a report's file, a few rows at a time. */
export function fileOf(table: Table, { report, timezone, onPage }: FileFacts): AsyncIterable<string | Uint8Array> {
  const { type, format, parameters } = report;
  if (format === 'csv') return csvOf(table, { bom: parameters.bom, onPage });
  if (format === 'pdf') return pdfPieces(table, { report, timezone, onPage });
  const heading = {
    type,
    from: parameters.from.toISOString(),
    to: parameters.to.toISOString(),
    as_of: report.as_of.toISOString(),
    timezone,
  };
  return jsonOf(table, { heading, onPage });
}

async function* pdfPieces(table: Table, { report, timezone, onPage }: FileFacts): AsyncGenerator<Uint8Array> {
  const { from, to } = report.parameters;
  const period = `${localTime(from, timezone)} to ${localTime(to, timezone)}`;
  // A process that makes no PDF does not load the library and the fonts.
  const { pdfOf } = await import('./pdf/pdf.ts');
  yield await pdfOf(table, { heading: { period, asOf: report.as_of, timezone }, onPage });
}

function localTime(time: Date, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(timezone);
  return local.toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
}
