import { countUpTo, type RowCount } from '@drippulse/db';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type RecordType, tables } from './collection.ts';
import { all, type Word } from './conditions.ts';

/** What the rows of a list meet: those of one organization that are not deleted, words that are searched for, and the rest. */
export type Counted = {
  live: RawBuilder<boolean>;
  words: readonly Word[];
  filters: readonly RawBuilder<boolean>[];
};

/** So many of the newest rows, and of the oldest, tell how frequent words are: in a millisecond. */
const sampledRows = 250;
/** What one row in twelve meets is found sooner by reading rows than in the index. */
const frequentShare = 1 / 12;

/**
 * How many records meet the conditions, up to 10,000. The index over texts answers with all rows that have a word, however
 * few are wanted, and takes longer the more there are: 40 ms for 150,000. So a sample tells first how frequent the words
 * are. What many records meet, the newest as well as the oldest, is counted by reading rows until there are enough;
 * everything else by the index, which is not asked for words that most records have. A sample that misleads costs time,
 * and the count is the same. Answers what counts, so that the sample is taken while something else is asked for.
 */
export async function prepareCount(
  kysely: Kysely<DB>,
  type: RecordType,
  counted: Counted,
): Promise<() => Promise<RowCount>> {
  const { live, words, filters } = counted;
  const conditions = words.length === 0 ? [] : await howToFind(kysely, type, counted);
  const query = kysely.selectFrom(tables[type].table).select('id');
  return () => countUpTo(kysely, query.where(all([live, ...conditions, ...filters])));
}

async function howToFind(kysely: Kysely<DB>, type: RecordType, counted: Counted): Promise<RawBuilder<boolean>[]> {
  const { words } = counted;
  const ends = await sampleEnds(kysely, type, counted);
  const isFrequent = ends.length > 0 && ends.every(({ rows, matching }) => matching >= rows * frequentShare);
  const sampled = sum(ends.map(({ rows }) => rows));
  const having = words.map((word, index) => ({ word, rows: sum(ends.map((end) => end.having[index] ?? 0)) }));
  // A row is done with at the first word that it lacks.
  if (isFrequent) return having.toSorted((one, other) => one.rows - other.rows).map(({ word }) => word.read);
  const isTelling = having.map(({ rows }) => rows <= sampled / 2);
  if (!isTelling.includes(true)) return words.map(({ lookedUp }) => lookedUp);
  return words.map(({ lookedUp, read }, index) => (isTelling[index] ? lookedUp : read));
}

/** Of the newest and of the oldest rows how many are counted, and how many have each word. */
async function sampleEnds(kysely: Kysely<DB>, type: RecordType, { live, words, filters }: Counted) {
  const matching = all([...words.map(({ read }) => read), ...filters]);
  const having = words.map(({ read }) => sql`count(*) filter (where ${read})::integer`);
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
