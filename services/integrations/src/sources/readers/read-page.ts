import type { JsonObject } from '@drippulse/json';
import type { Context } from '../../context.ts';
import type { SourceConfig } from '../config/schemas.ts';
import { SourceFailure, unreadable } from '../failure.ts';
import { readCsvPage } from './csv/read-csv.ts';
import type { Page } from './page.ts';
import { readJsonPage } from './read-json-url.ts';
import { readRecordsPage } from './read-records.ts';
import { findFile, readStored } from './store-file.ts';

/** A source with everything that readers need. */
export type ReadableSource = {
  organizationId: bigint;
  mode: string;
  config: SourceConfig;
  /** Id of the stored file of a CSV source. */
  fileId: string | undefined;
  /** Requested columns, for sources that can leave out other columns. */
  columns: readonly string[];
};

/** Maximum number of rows in a page of a file. */
const fileRows = 2_000;

/**
 * Reads the next page of a source. `cursor` comes from the previous page, and is null for the first page. `position` is
 * the end of the last complete reading, for sources that can report only later changes. Changes at or after `upper`
 * belong to the next reading.
 */
export async function readPage(
  ctx: Context,
  source: ReadableSource,
  o: { cursor: JsonObject | null; position: JsonObject | null; upper: Date; row: number; maxRows?: number },
): Promise<Page & { isUnchanged?: boolean }> {
  const { config, organizationId, fileId } = source;
  switch (config.type) {
    case 'csv': {
      const file = fileId === undefined ? undefined : await findFile(ctx.db.kysely, organizationId, fileId);
      if (file === undefined)
        throw unreadable('There is no file: it was never uploaded, or is older than 7 days. Upload it again.');
      return readCsvPage(readStored(ctx.db.kysely, file), {
        ...o,
        delimiter: config.delimiter,
        maxRows: o.maxRows ?? fileRows,
      });
    }
    case 'json_url':
      return readJsonPage(ctx.urls, config, o);
    default:
      if (source.mode === 'test') {
        throw new SourceFailure(
          'connection_unusable',
          'A test data source uses no connection. Use a file or an address.',
        );
      }
      return readRecordsPage(ctx, organizationId, config, {
        ...o,
        cursor: o.cursor ?? o.position,
        columns: source.columns,
      });
  }
}
