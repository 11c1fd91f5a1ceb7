import { type RawBuilder, sql } from 'kysely';
import type { RecordType } from '../record-type.ts';
import { tables } from './collection.ts';

/**
 * A condition on the text of a record: `lookedUp` uses the index over texts, and `read` tests rows that are read
 * anyway.
 */
export type Term = { lookedUp: RawBuilder<boolean>; read: RawBuilder<boolean> };

/** A group of the records in a list. The records of a group meet every term and every filter. */
export type Group = { terms: readonly Term[]; filters: readonly RawBuilder<boolean>[] };

/** A string of fewer characters matches only the beginning of a value, because the index over texts needs three. */
const shortestPart = 3;

/**
 * Returns the groups of records that `q` finds, in the order of the list. No record is in two groups. The first group
 * contains records with a value that contains `q` literally, ignoring case. If `q` has several words, a second group
 * contains people whose first and last name together contain each word.
 */
export function searchGroups(type: RecordType, q = ''): Group[] {
  if (q === '') return [{ terms: [], filters: [] }];
  const hasNames = type === 'contact' || type === 'lead';
  const inNames = hasNames ? contains('names', q) : undefined;
  const phrase = either([contains('search', q), inNames, idBeginsWith(type, q)]);
  const words = q.split(/\s+/).filter((word) => word !== '');
  if (!hasNames || words.length < 2) return [{ terms: [phrase], filters: [] }];
  return [
    { terms: [phrase], filters: [] },
    { terms: words.map((word) => contains('names', word)), filters: [sql<boolean>`not ${phrase.read}`] },
  ];
}

/**
 * Returns the pattern for a column made by the migration's `searchText`: in lower case, `XX` before each value, `Q` for
 * each space. The string `q` gets no capital letter, so it matches only within one value.
 */
function contains(column: 'search' | 'names', text: string): Term {
  const start = sql.lit([...text].length < shortestPart ? '%XX' : '%');
  const pattern = sql`${start} || replace(lower(${escaped(text)}), ' ', 'Q') || '%'`;
  return like(sql.ref(column), pattern);
}

/**
 * Returns the term for a public id. The public id of an opportunity is part of its `search`. For other types, only the
 * beginning of a public id matches, and only with its whole prefix, because `c` would find every contact.
 */
function idBeginsWith(type: RecordType, text: string): Term | undefined {
  const isId = type !== 'opportunity' && text.toLowerCase().startsWith(`${tables[type].prefix}_`);
  return isId ? like(sql`lower(public_id)`, sql`lower(${escaped(text)}) || '%'`) : undefined;
}

/**
 * Returns a LIKE condition. The collation of `read` differs from the collation of the index, so the planner reads rows
 * instead of using the index.
 */
function like(text: RawBuilder<unknown>, pattern: RawBuilder<unknown>): Term {
  return { lookedUp: sql<boolean>`${text} like ${pattern}`, read: sql<boolean>`${text} collate "C" like ${pattern}` };
}

function either(terms: readonly (Term | undefined)[]): Term {
  const given = terms.filter((term) => term !== undefined);
  const anyOf = (conditions: RawBuilder<boolean>[]) => sql<boolean>`(${sql.join(conditions, sql` or `)})`;
  return { lookedUp: anyOf(given.map(({ lookedUp }) => lookedUp)), read: anyOf(given.map(({ read }) => read)) };
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
