import { type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { DomainError, type Violation } from '@drippulse/errors';
import { checkJsonText, dangerousKeys, isHidden, isRawNumber, type JsonValue, parseJson } from '@drippulse/json';
import type { CustomFieldRow } from '../../custom-fields/rows.ts';

/** A column of the file: its name in the API, and the function that reads its cells. */
export type Column = { name: string; read(cell: string): { value: JsonValue } | { problem: string } };

/** Aliases of columns. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['company', 'company_name'],
  ['e_mail', 'email'],
  ['e-mail', 'email'],
]);

const customPrefix = 'custom.';

/** Maximum number of columns, more than a record has members and custom fields. */
const maxColumns = 1_000;
const shownProblems = 100;

/**
 * Reads the columns of a header: members of the record, in upper or lower case, with spaces or underscores, and
 * `custom.<key>` for custom fields. If a column is unknown, the whole file is refused.
 */
export function readHeader(header: readonly string[], desc: DescMessage, defined: readonly CustomFieldRow[]): Column[] {
  if (header.length > maxColumns) {
    const message = `The header has ${header.length} columns, and at most ${maxColumns} are allowed.`;
    throw new DomainError('invalid', 'header_mismatch', message);
  }
  const known = columnsOf(desc);
  const custom = new Map(defined.map(({ key, type }) => [key, type]));
  const seen = new Set<string>();
  const problems: Violation[] = [];
  const columns = header.map((text, index) => {
    const name = nameOf(text);
    const column = name.startsWith(customPrefix) ? customColumn(name, custom) : known.get(name);
    if (name === '') problems.push({ field: `column ${index + 1}`, message: 'has no name', code: 'format' });
    else if (column === undefined)
      problems.push({ field: text.trim(), message: 'is not a column of these records', code: 'not_found' });
    else if (seen.has(name))
      problems.push({ field: text.trim(), message: 'occurs twice in the header', code: 'duplicate' });
    seen.add(name);
    return column ?? { name, read: (cell: string) => ({ value: cell }) };
  });
  const [first] = problems;
  if (first === undefined) return columns;
  const choice = `${[...known.keys()].join(', ')}, ${customPrefix}<key>`;
  const message = `The header does not match: ${first.field} ${first.message}. Columns are ${choice}.`;
  throw new DomainError('invalid', 'header_mismatch', message, { violations: problems.slice(0, shownProblems) });
}

function nameOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith(customPrefix)) return trimmed;
  const name = trimmed.toLowerCase().replaceAll(/\s+/g, '_');
  return aliases.get(name) ?? name;
}

function columnsOf(desc: DescMessage): Map<string, Column> {
  const fields = desc.fields.filter((field) => !isHidden(field));
  return new Map(fields.map(({ name, ...field }) => [name, { name, read: readerOf(field) }]));
}

function readerOf(field: Pick<DescMessage['fields'][number], 'fieldKind' | 'message' | 'scalar'>): Column['read'] {
  if (field.fieldKind === 'message') return readTime;
  if (field.scalar === ScalarType.BYTES) return readCustom;
  return field.scalar === undefined || field.scalar === ScalarType.STRING ? readText : readNumber;
}

function customColumn(name: string, defined: ReadonlyMap<string, string>): Column | undefined {
  const key = name.slice(customPrefix.length);
  if (key === '' || dangerousKeys.has(key)) return undefined;
  const type = defined.get(key);
  if (type === 'number') return { name, read: readNumber };
  return { name, read: type === 'boolean' ? readBoolean : readText };
}

function readText(cell: string): { value: JsonValue } {
  return { value: cell };
}

/** Reads a number. A cell that is not a number stays a string, and the rules of the field refuse it. */
function readNumber(cell: string): { value: JsonValue } {
  return { value: /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(cell) ? parseJson(cell) : cell };
}

function readBoolean(cell: string): { value: JsonValue } {
  const text = cell.toLowerCase();
  return { value: text === 'true' || text === 'false' ? text === 'true' : cell };
}

/** Reads a time. A date without a time means midnight UTC. */
function readTime(cell: string): { value: JsonValue } {
  return { value: /^\d{4}-\d{2}-\d{2}$/.test(cell) ? `${cell}T00:00:00Z` : cell };
}

function readCustom(cell: string): { value: JsonValue } | { problem: string } {
  try {
    checkJsonText(cell); // refuses deep nesting, which would break the writing of the row
    const value = parseJson(cell);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)) return { value };
  } catch {
    // the cell is refused below
  }
  return { problem: 'must be a JSON object' };
}
