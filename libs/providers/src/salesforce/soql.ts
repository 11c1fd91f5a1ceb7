import type { ProviderRequest } from '../calls.ts';
import { type Filter, type FilterOperator, valuesOf } from '../requests/filters.ts';
import { servicePath } from './requests.ts';

/** Size limit in bytes for a page of records. */
const pageBytes = 32 * 1024 * 1024;

/** Builds the request for a query. Names in the query were checked by their pattern, and values are literals. */
export function queryRequest(
  settings: Readonly<Record<string, string>>,
  soql: string,
  resource: 'query' | 'queryAll' = 'query',
): ProviderRequest {
  return {
    host: 'instance',
    method: 'GET',
    path: servicePath(settings, resource),
    query: { q: soql },
    maxBytes: pageBytes,
  };
}

/**
 * Quotes a string as a literal. No string can end the literal, because backslashes, quotes and the other characters for
 * which SOQL has escapes are escaped.
 */
export function literal(text: string): string {
  return `'${escaped(text)}'`;
}

function escaped(text: string): string {
  return text.replace(/[\\'"\n\r\t\b\f]/g, (character) => `\\${escapes[character] ?? character}`);
}

const escapes: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' };

/** Formats a time as a literal in SOQL, where time literals are not quoted. */
export function timeLiteral(at: Date): string {
  return at.toISOString();
}

const comparisons: Partial<Record<FilterOperator, string>> = {
  equals: '=',
  not_equals: '!=',
  less_than: '<',
  less_or_equal: '<=',
  greater_than: '>',
  greater_or_equal: '>=',
};

/** Converts a filter to a condition in SOQL. */
export function conditionOf(filter: Filter & { type?: LiteralType }): string {
  const { field, operator, type } = filter;
  const literals = valuesOf(filter).map((value) => literalOf(value, type, operator));
  if (operator === 'is_set') return `${field} != null`;
  if (operator === 'is_not_set') return `${field} = null`;
  if (operator === 'in' || operator === 'not_in') {
    if (literals.length === 0) return operator === 'in' ? 'Id = null' : 'Id != null';
    return `${field} ${operator === 'in' ? 'IN' : 'NOT IN'} (${literals.join(', ')})`;
  }
  if (operator === 'contains') return `${field} LIKE '%${likeText(String(valuesOf(filter)[0] ?? ''))}%'`;
  return `${field} ${comparisons[operator] ?? '='} ${literals[0] ?? 'null'}`;
}

export type LiteralType = 'text' | 'number' | 'boolean' | 'date' | 'time';

const isoDay = /^\d{4}-\d{2}-\d{2}$/;
const isoTime = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/;
const decimal = /^-?\d{1,30}(\.\d{1,30})?$/;

/**
 * Formats a value as a literal of a type. A value is unquoted only if it has exactly the form of its type. If no type
 * is given, order comparisons treat a value in the form of a day or a time as a day or a time.
 */
function literalOf(value: string | number | boolean, type: LiteralType | undefined, operator: FilterOperator): string {
  if (typeof value !== 'string') return String(value);
  const isOrdered = operator.startsWith('less') || operator.startsWith('greater');
  const looksLike = isOrdered && isoDay.test(value) ? 'date' : isOrdered && isoTime.test(value) ? 'time' : 'text';
  const as = type ?? looksLike;
  const isBare =
    (as === 'number' && decimal.test(value)) ||
    (as === 'boolean' && /^(true|false)$/.test(value)) ||
    (as === 'date' && isoDay.test(value)) ||
    (as === 'time' && isoTime.test(value));
  return isBare ? value : literal(value);
}

/** Escapes a string for a literal of LIKE, including the wildcards `%` and `_`. */
function likeText(text: string): string {
  return escaped(text).replace(/[%_]/g, (wildcard) => `\\${wildcard}`);
}
