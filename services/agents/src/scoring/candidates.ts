import { isRawNumber, type JsonObject, type JsonValue, numberOf } from '@drippulse/json';
import { isJsonObject } from '../json-objects.ts';
import type { Factor } from './config.ts';

/**
 * The records seen so far, summarized so that factors for a training can be suggested. The factors have no weights yet.
 */
type Profile = {
  add(fields: JsonObject): void;
  /**
   * Returns up to `most` factors without duplicates: first the factors of the rules in force, then the factors from the
   * records.
   */
  factors(own: readonly Factor[], most: number): Factor[];
};

/** Minimum number of records in which a value, or its absence, must occur. */
export const leastRecords = 10;
const mostValues = 12;
const mostFields = 60;
const longestValue = 40;
/** Personal text, for which only the presence matters. In other fields, a value in ten records identifies nobody. */
const present = ['phone', 'title', 'company_name', 'first_name'];
const texts = ['source', 'currency'];

type FieldProfile = {
  known: number;
  values: Map<string | boolean, number>;
  numbers: { count: number; min: number; plain: Moments; log: Moments };
};
type Moments = { mean: number; squares: number };

/** Collects the values of the records' fields, in one pass and in bounded memory for any number of records. */
export function createProfile(): Profile {
  const fields = new Map<string, FieldProfile>();
  let records = 0;
  let withEmail = 0;
  return {
    add(record) {
      records += 1;
      if (typeof record['email'] === 'string') withEmail += 1;
      for (const [path, value] of leaves(record)) {
        const known = fields.get(path) ?? (fields.size < mostFields ? emptyProfile() : undefined);
        if (known === undefined) continue;
        fields.set(path, known);
        note(known, value);
      }
    },
    factors(own, most) {
      const found = [
        ...(withEmail >= leastRecords ? [emailFactor()] : []),
        ...[...fields]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .flatMap(([path, profile]) => factorsOf(path, profile, records)),
      ];
      return unique([...own, ...found]).slice(0, most);
    },
  };
}

/** Returns the fields that may be factors: the top-level fields of the record, of `custom` and of `contact`. */
function leaves(record: JsonObject, prefix = ''): [string, JsonValue][] {
  return Object.entries(record).flatMap(([name, value]): [string, JsonValue][] => {
    const path = `${prefix}${name}`;
    const isOpen = name === 'custom' || name === 'contact';
    if (isJsonObject(value)) return isOpen && prefix.length < 20 ? leaves(value, `${path}.`) : [];
    return Array.isArray(value) || value === null || path.length > 80 ? [] : [[path, value]];
  });
}

function emptyProfile(): FieldProfile {
  const moments = { mean: 0, squares: 0 };
  return {
    known: 0,
    values: new Map(),
    numbers: { count: 0, min: Number.POSITIVE_INFINITY, plain: { ...moments }, log: { ...moments } },
  };
}

function note(profile: FieldProfile, value: JsonValue): void {
  profile.known += 1;
  if (typeof value === 'number' || isRawNumber(value)) {
    const number = numberOf(value);
    if (number === undefined || !Number.isFinite(number)) return;
    const { numbers } = profile;
    numbers.count += 1;
    numbers.min = Math.min(numbers.min, number);
    welford(numbers.plain, number, numbers.count);
    welford(numbers.log, Math.log1p(Math.max(0, number)), numbers.count);
  } else if (typeof value === 'boolean' || (typeof value === 'string' && isLabel(value))) {
    const seen = profile.values.get(value);
    // The limit bounds the memory for fields of free text, whose values all differ.
    if (seen !== undefined || profile.values.size < 200) profile.values.set(value, (seen ?? 0) + 1);
  }
}

/**
 * Whether a string is short and may be one of few values. Email addresses and strings with five digits in a row are
 * excluded.
 */
function isLabel(value: string): boolean {
  return value.length > 0 && value.length <= longestValue && !value.includes('@') && !/\d{5}/.test(value);
}

function welford(moments: Moments, value: number, count: number): void {
  const difference = value - moments.mean;
  moments.mean += difference / count;
  moments.squares += difference * (value - moments.mean);
}

function factorsOf(path: string, profile: FieldProfile, records: number): Factor[] {
  const last = path.split('.').at(-1) ?? path;
  const isCustom = path.includes('custom.');
  return [
    ...(present.includes(last) && isSeen(profile.known, records) ? [presenceFactor(path)] : []),
    ...(isCustom || last === 'amount_cents' ? numberFactors(path, profile) : []),
    ...(isCustom || texts.includes(last) ? valueFactors(path, profile, records) : []),
  ];
}

function isSeen(count: number, records: number): boolean {
  return count >= leastRecords && records - count >= leastRecords;
}

function presenceFactor(field: string): Factor {
  const conditions = [{ field, operator: 'exists' }];
  return { type: 'rule', name: `has ${field}`, weight: 0, match: 'all', conditions };
}

function emailFactor(): Factor {
  return { type: 'email_kind', name: 'business address', weight: 0, field: 'email', is: 'business' };
}

function numberFactors(field: string, { numbers: { count, min, plain, log } }: FieldProfile): Factor[] {
  if (count < leastRecords) return [];
  // Amounts and head counts have long tails. Their logarithms do not.
  const spread = Math.sqrt(plain.squares / count);
  const scale = min >= 0 && spread > plain.mean ? ('log' as const) : ('linear' as const);
  const moments = scale === 'log' ? log : plain;
  const width = Math.sqrt(moments.squares / count);
  if (!(width > 1e-9)) return [];
  return [
    {
      ...{ type: 'number', name: field, weight: 0, field, scale, min: -3, max: 3 },
      ...{ center: rounded(moments.mean), spread: rounded(width) },
    },
  ];
}

function valueFactors(field: string, { values }: FieldProfile, records: number): Factor[] {
  return [...values]
    .filter(([, count]) => isSeen(count, records))
    .toSorted(([a, m], [b, n]) => n - m || (String(a) < String(b) ? -1 : 1))
    .slice(0, mostValues)
    .map(([value]): Factor => {
      const conditions = [{ field, operator: 'equals', value }];
      return { type: 'rule', name: `${field} = ${value}`, weight: 0, match: 'all', conditions };
    });
}

/** Rounds to six digits, which are enough for people. More digits would only cause meaningless differences. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Leaves out a factor if an earlier factor has the same measure or the same name. */
function unique(factors: readonly Factor[]): Factor[] {
  const seen = new Set<string>();
  return factors.filter((factor) => {
    const { name, weight: _, ...measure } = factor;
    const keys = [`name:${name}`, JSON.stringify(measure)];
    const isNew = keys.every((key) => !seen.has(key));
    for (const key of keys) seen.add(key);
    return isNew;
  });
}
