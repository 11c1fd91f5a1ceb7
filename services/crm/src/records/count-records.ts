import { countUpTo, type RowCount } from '@drippulse/db';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { RecordType } from '../record-type.ts';
import { tables } from './collection.ts';
import { all } from './conditions.ts';
import type { Group, Term } from './search.ts';

/** The highest number that is counted; see `countUpTo`. */
const mostCounted = 10_000n;
/** Number of rows sampled at each end of the list. Two samples of 250 rows take a millisecond. */
const sampledRows = 250;
/** Fraction of matching rows above which reading row after row is faster than using the index. */
const frequentShare = 1 / 12;

/**
 * Prepares the count of a group's live records, up to 10,000. The index over texts returns all rows with a term before
 * the first row is counted: 40 ms for 150,000 rows. So a sample of the newest and the oldest rows decides. If many rows
 * match at both ends, the count reads rows until it has enough. Otherwise it uses the index, but not for terms that
 * most rows have. A misleading sample costs time and never changes the count. Preparing is separate from counting, so
 * that the sample is taken while the page is read.
 */
export async function prepareCount(
  kysely: Kysely<DB>,
  type: RecordType,
  live: RawBuilder<boolean>,
  group: Group,
): Promise<() => Promise<RowCount>> {
  const conditions = group.terms.length === 0 ? [] : await chooseConditions(kysely, type, live, group);
  const query = kysely.selectFrom(tables[type].table).select('id');
  return () => countUpTo(kysely, query.where(all([live, ...conditions, ...group.filters])));
}

/** Counts the records of several groups, up to 10,000 in total. */
export async function countGroups(counts: readonly (() => Promise<RowCount>)[]): Promise<RowCount> {
  let totalCount = 0n;
  for (const count of counts) {
    const group = await count();
    totalCount += group.totalCount;
    if (group.totalCountIsMinimum || totalCount > mostCounted) {
      return { totalCount: mostCounted, totalCountIsMinimum: true };
    }
  }
  return { totalCount };
}

async function chooseConditions(
  kysely: Kysely<DB>,
  type: RecordType,
  live: RawBuilder<boolean>,
  group: Group,
): Promise<RawBuilder<boolean>[]> {
  const ends = await sampleEnds(kysely, type, live, group);
  const having = group.terms.map((term, index) => ({ term, rows: sum(ends.map((end) => end.having[index] ?? 0)) }));
  const isFrequent = ends.length > 0 && ends.every(({ rows, matching }) => matching >= rows * frequentShare);
  return isFrequent ? rarestFirst(having) : lookUpRare(having, sum(ends.map(({ rows }) => rows)));
}

type SampledTerm = { term: Term; rows: number };

/** Orders the conditions by rarity, because PostgreSQL stops testing a row at the first condition that fails. */
function rarestFirst(having: readonly SampledTerm[]): RawBuilder<boolean>[] {
  return having.toSorted((one, other) => one.rows - other.rows).map(({ term }) => term.read);
}

/**
 * Uses the index for the terms that at most half of the sampled rows have, or for all terms if there is no such term.
 */
function lookUpRare(having: readonly SampledTerm[], sampled: number): RawBuilder<boolean>[] {
  const isRare = ({ rows }: SampledTerm) => rows <= sampled / 2;
  if (!having.some(isRare)) return having.map(({ term }) => term.lookedUp);
  return having.map((sample) => (isRare(sample) ? sample.term.lookedUp : sample.term.read));
}

/**
 * Samples the newest and the oldest rows. Returns the numbers of sampled rows, of matching rows, and of rows with each
 * term.
 */
async function sampleEnds(kysely: Kysely<DB>, type: RecordType, live: RawBuilder<boolean>, { terms, filters }: Group) {
  const matching = all([...terms.map(({ read }) => read), ...filters]);
  const having = terms.map(({ read }) => sql`count(*) filter (where ${read})::integer`);
  const end = (direction: 'asc' | 'desc') => sql`
    select ${sql.lit(direction)} as part, * from ${sql.table(tables[type].table)} where ${live}
    order by created_at ${sql.raw(direction)}, id ${sql.raw(direction)} limit ${sampledRows}`;
  const { rows } = await sql<{ rows: number; matching: number; having: number[] }>`
    select count(*)::integer as rows, count(*) filter (where ${matching})::integer as matching,
      array[${sql.join(having)}] as having
    from ((${end('desc')}) union all (${end('asc')})) as ends
    group by part`.execute(kysely);
  return rows;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
