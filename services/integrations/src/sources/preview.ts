import type { MessageInitShape } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import type { DataSourcePreviewSchema } from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import type { Caller } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { SourceConfig } from './config/schemas.ts';
import { SourceFailure } from './failure.ts';
import { fingerprintOf } from './fingerprint.ts';
import { mapRow, textOf } from './mapping/map-row.ts';
import { columnsOf, type Mapping, storedMapping } from './mapping/mapping.ts';
import { mappingOf, type Suggestion, suggest } from './mapping/suggest.ts';
import type { Page, ReadRow } from './readers/page.ts';
import { readHead } from './readers/read-head.ts';
import { selectSources } from './rows.ts';

const maxRows = 100;
const shownRows = 10;
const samples = 3;
const maxProblems = 20;

/** A data source to preview. It need not be stored yet. */
export type PreviewedSource = {
  caller: Caller;
  config: SourceConfig;
  fileId: string | undefined;
  target: string;
  mapping: Mapping;
  /** Tries the rows without writing anything. If undefined, the preview has no forecast. */
  forecast(
    rows: readonly ReadRow[],
    mapping: Mapping,
  ): Promise<{ outcome: string; errors: { field: string; code: string; message: string }[] }[]>;
};

export type Preview = MessageInitShape<typeof DataSourcePreviewSchema>;

/**
 * Reads the first rows of a source, suggests a mapping, and describes the effect of a run. Refuses an unreadable source
 * with the failure's message.
 */
export async function previewSource(
  ctx: Context,
  source: PreviewedSource,
): Promise<{ preview: Preview; page: Page; suggested: Mapping }> {
  const page = await readOrRefuse(ctx, source);
  const rows = page.rows.slice(0, maxRows);
  const columns = page.columns.map((name) => ({ name, values: valuesOf(rows, name) }));
  const remembered = await rememberedMapping(ctx, source, page.columns);
  const suggestions = remembered === undefined ? suggest(columns, source.target) : suggestionsOf(remembered);
  const suggested = remembered ?? mappingOf(suggestions);
  const mapping = source.mapping.length > 0 ? source.mapping : suggested;
  const problems = sourceProblems(page, rows, mapping);
  // Skips the forecast if a run would be refused and write nothing.
  const isRefused = mapping.length === 0 || problems.some(({ code }) => code === 'schema_changed');
  const results = isRefused ? [] : await source.forecast(rows, mapping);
  const count = (outcome: string) => BigInt(results.filter((result) => result.outcome === outcome).length);
  const options = { mapping, target: source.target, clearsBlanks: false, externalSystem: '', now: ctx.clock.now() };
  const shown = rows.slice(0, shownRows);
  const preview: Preview = {
    columns: columns.map(({ name, values }) => columnOf(name, values, rows.length, suggestions.get(name))),
    sampleRows: Buffer.from(stringifyJson(shown.map(({ cells }) => cells))),
    mappedSample: Buffer.from(stringifyJson(shown.map(({ cells }) => fieldsOf(mapRow(cells, options))))),
    problems: [...problems, ...rowProblems(rows, results)].slice(0, maxProblems),
    would: {
      create: count('created'),
      update: count('updated'),
      unchanged: count('unchanged'),
      fail: count('failed'),
      skip: count('skipped'),
    },
    rowsRead: BigInt(rows.length),
    suggestedMapping: Buffer.from(JSON.stringify(suggested)),
  };
  return { preview, page, suggested };
}

async function readOrRefuse(ctx: Context, source: PreviewedSource): Promise<Page> {
  const { caller, config, fileId, mapping } = source;
  try {
    return await readHead(
      ctx,
      { organizationId: caller.organizationId, mode: caller.mode, config, fileId, columns: columnsOf(mapping) },
      maxRows,
    );
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    throw new DomainError('invalid', 'source_unreadable', error.message, { cause: error });
  }
}

/** Finds the mapping of an existing data source of the organization with the same columns. */
async function rememberedMapping(
  ctx: Context,
  { caller, target }: PreviewedSource,
  columns: readonly string[],
): Promise<Mapping | undefined> {
  const row = await selectSources(ctx.db.kysely, caller.organizationId)
    .select('mapping')
    .where('header_fingerprint', '=', fingerprintOf(columns))
    .where('target', '=', target)
    .where('mode', '=', caller.mode)
    .where('mapping', '<>', '[]')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && storedMapping(row.mapping);
}

function suggestionsOf(mapping: Mapping): Map<string, Suggestion> {
  return new Map(
    mapping.flatMap(({ from, to }) => (from === undefined ? [] : [[from, { target: to, confidence: 1 }]])),
  );
}

function valuesOf(rows: readonly ReadRow[], name: string): string[] {
  return rows.map(({ cells }) => textOf(cells[name] ?? null)).filter((text) => text.trim() !== '');
}

function columnOf(name: string, values: readonly string[], rows: number, suggestion: Suggestion | undefined) {
  return {
    name,
    samples: [...new Set(values)].slice(0, samples).map((value) => value.slice(0, 200)),
    fillRate: rows === 0 ? 0 : values.length / rows,
    ...(suggestion !== undefined && { suggestedTarget: suggestion.target, confidence: suggestion.confidence }),
  };
}

function fieldsOf(mapped: ReturnType<typeof mapRow>) {
  return 'fields' in mapped ? mapped.fields : {};
}

function sourceProblems(page: Page, rows: readonly ReadRow[], mapping: Mapping): NonNullable<Preview['problems']> {
  const missing = columnsOf(mapping).filter((name) => rows.length > 0 && !page.columns.includes(name));
  return [
    ...(rows.length === 0 ? [{ code: 'empty', message: 'The source has no rows.' }] : []),
    ...(mapping.length === 0
      ? [{ code: 'unmapped', message: 'No column is mapped, and none could be suggested.' }]
      : []),
    ...missing.map((name) => ({
      code: 'schema_changed',
      message: `The mapping names the column ${name}, which the source does not have.`,
    })),
    ...page.warnings.map((message) => ({ code: 'encoding_guessed', message })),
  ];
}

function rowProblems(
  rows: readonly ReadRow[],
  results: Awaited<ReturnType<PreviewedSource['forecast']>>,
): NonNullable<Preview['problems']> {
  return results.flatMap(({ errors }, index) =>
    errors.map(({ field, code, message }) => ({
      code,
      message: `${field === '' ? 'The row' : field} ${message}`,
      row: BigInt(rows[index]?.row ?? 0),
      field,
    })),
  );
}
