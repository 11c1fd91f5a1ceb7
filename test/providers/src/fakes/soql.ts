/** The fields of a record that SOQL reads. */
export type Fields = Readonly<Record<string, unknown>>;

export type Query = {
  fields: readonly string[];
  object: string;
  matches(record: Fields): boolean;
  orderBy: readonly string[];
  limit: number;
};

const form =
  /^SELECT (?<fields>[\w., ]+) FROM (?<object>\w+)(?: WHERE (?<where>.+?))?(?: ORDER BY (?<order>[\w., ]+?))?(?: LIMIT (?<limit>\d+))?$/s;

/**
 * Parses the subset of SOQL that the actions and readers use. Returns undefined for any other query, which the fake
 * then refuses as malformed.
 */
export function parseSoql(text: string): Query | undefined {
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const tokens = tokensOf(groups['where'] ?? '');
  const matches = tokens && (tokens.length === 0 ? () => true : parseOr(tokens));
  if (matches === undefined || (tokens && tokens.length > 0)) return undefined;
  return {
    fields: listOf(groups['fields']),
    object: groups['object'] ?? '',
    matches,
    orderBy: listOf(groups['order']),
    limit: groups['limit'] === undefined ? 2000 : Number(groups['limit']),
  };
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',').map((name) => name.trim());
}

type Condition = (record: Fields) => boolean;

/** Splits a query into names, operators, literals and brackets; undefined if it contains anything else. */
function tokensOf(text: string): string[] | undefined {
  const token = /\s*('(?:\\.|[^'\\])*'|[()]|,|!=|<=|>=|=|<|>|[\w.:+-]+)/y;
  const tokens: string[] = [];
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) return text.slice(start).trim() === '' ? tokens : undefined;
    tokens.push(found);
  }
  return tokens;
}

function parseOr(tokens: string[]): Condition | undefined {
  const parts = [parseAnd(tokens)];
  while (tokens[0] === 'OR') {
    tokens.shift();
    parts.push(parseAnd(tokens));
  }
  return combine(parts, (conditions, record) => conditions.some((condition) => condition(record)));
}

function parseAnd(tokens: string[]): Condition | undefined {
  const parts = [parseOne(tokens)];
  while (tokens[0] === 'AND') {
    tokens.shift();
    parts.push(parseOne(tokens));
  }
  return combine(parts, (conditions, record) => conditions.every((condition) => condition(record)));
}

function combine(
  parts: readonly (Condition | undefined)[],
  decide: (conditions: readonly Condition[], record: Fields) => boolean,
): Condition | undefined {
  const conditions = parts.filter((part) => part !== undefined);
  return conditions.length === parts.length ? (record) => decide(conditions, record) : undefined;
}

function parseOne(tokens: string[]): Condition | undefined {
  if (tokens[0] === '(') {
    tokens.shift();
    const inner = parseOr(tokens);
    return tokens.shift() === ')' ? inner : undefined;
  }
  const field = tokens.shift() ?? '';
  const operator = tokens.shift() ?? '';
  if (operator === 'NOT' || operator === 'IN') return parseIn(field, operator, tokens);
  const literal = tokens.shift();
  if (literal === undefined || !/^\w[\w.]*$/.test(field)) return undefined;
  const value = literalValue(literal);
  if (operator === 'LIKE') {
    const part = String(value)
      .replace(/^%|%$/g, '')
      .replace(/\\([%_\\])/g, '$1')
      .toLowerCase();
    return (record) =>
      String(fieldOf(record, field) ?? '')
        .toLowerCase()
        .includes(part);
  }
  const compare = comparisons[operator];
  return compare && ((record) => compare(order(fieldOf(record, field), value)));
}

function parseIn(field: string, operator: string, tokens: string[]): Condition | undefined {
  if (operator === 'NOT' && tokens.shift() !== 'IN') return undefined;
  if (tokens.shift() !== '(') return undefined;
  const values: unknown[] = [];
  for (let token = tokens.shift(); token !== ')'; token = tokens.shift()) {
    if (token === undefined) return undefined;
    if (token !== ',') values.push(literalValue(token));
  }
  return (record) => values.some((value) => order(fieldOf(record, field), value) === 0) === (operator === 'IN');
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const unescaped: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function literalValue(literal: string): unknown {
  if (literal.startsWith("'"))
    return literal.slice(1, -1).replace(/\\(.)/gs, (_, letter: string) => unescaped[letter] ?? letter);
  if (literal === 'null') return null;
  if (literal === 'true' || literal === 'false') return literal === 'true';
  if (/^\d{4}-\d{2}-\d{2}T/.test(literal)) return new Date(literal);
  return Number.isNaN(Number(literal)) ? literal : Number(literal);
}

/** Returns the value of a field, or of a field of a parent. */
export function fieldOf(record: Fields, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isFields(value) ? value[name] : undefined), record) ?? null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Compares strings ignoring case, but ids exactly. Null sorts first. */
export function order(left: unknown, right: unknown): number {
  if (right instanceof Date) return order(typeof left === 'string' ? Date.parse(left) : null, right.getTime());
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [String(left), String(right)];
  if (/^\w{18}$/.test(a) && /^\w{18}$/.test(b)) return a < b ? -1 : a > b ? 1 : 0;
  return a.toLowerCase() < b.toLowerCase() ? -1 : a.toLowerCase() > b.toLowerCase() ? 1 : 0;
}
