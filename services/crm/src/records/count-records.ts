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

/** Of the newest rows so many tell how frequent words are: a fraction of a millisecond. */
const sampledRows = 500;
/** What one row in twelve meets is found sooner by reading rows than in the index. */
const frequentShare = 1 / 12;
/** Rows read before the sample is taken for one that misled: 10,001 of one in twelve, and some more. */
const maxReadRows = 150_000;

/**
 * How many records meet the conditions, up to 10,000. The index over texts answers with all rows that have a word, however
 * few are wanted, and takes longer the more there are: 40 ms for 150,000. So the newest records tell first how frequent
 * the words are. What many records meet is counted in those themselves, newest first, until there are enough; everything
 * else by the index, which is not asked for words that most records have. A sample that misleads costs time, and the
 * count is the same.
 */
export async function countRecords(kysely: Kysely<DB>, type: RecordType, counted: Counted): Promise<RowCount> {
  const { live, words, filters } = counted;
  const { table } = tables[type];
  if (words.length === 0) {
    return countUpTo(kysely, kysely.selectFrom(table).select('id').where(all([live, ...filters])));
  }
  const sample = await sampleNewest(kysely, type, counted);
  if (sample.rows < sampledRows) return { totalCount: BigInt(sample.matching) };
  if (sample.matching >= sample.rows * frequentShare) {
    const rarestFirst = sample.words.toSorted((one, other) => one.rows - other.rows).map(({ word }) => word.read);
    const newest = kysely.selectFrom(newestOf(type, live, maxReadRows));
    const count = await countUpTo(kysely, newest.select('id').where(all([...rarestFirst, ...filters])));
    if (count.totalCountIsMinimum) return count;
  }
  const isTelling = sample.words.some(({ rows }) => rows <= sample.rows / 2);
  const conditions = sample.words.map(({ word, rows }) =>
    isTelling && rows > sample.rows / 2 ? word.read : word.lookedUp,
  );
  return countUpTo(kysely, kysely.selectFrom(table).select('id').where(all([live, ...conditions, ...filters])));
}

/** How many of the newest rows there are, how many of them are counted, and how many have each word. */
async function sampleNewest(kysely: Kysely<DB>, type: RecordType, { live, words, filters }: Counted) {
  const having = words.map(({ read }) => sql`count(*) filter (where ${read})::integer`);
  const { rows } = await sql<{ rows: number; matching: number; having: number[] }>`
    select count(*)::integer as rows, array[${sql.join(having)}] as having,
      count(*) filter (where ${all([...words.map(({ read }) => read), ...filters])})::integer as matching
    from ${newestOf(type, live, sampledRows)}`.execute(kysely);
  const { having: counts = [], ...sample } = rows[0] ?? { rows: 0, matching: 0 };
  return { ...sample, words: words.map((word, index) => ({ word, rows: counts[index] ?? 0 })) };
}

function newestOf(type: RecordType, live: RawBuilder<boolean>, limit: number) {
  return sql<{ id: string }>`(
    select * from ${sql.table(tables[type].table)} where ${live} order by created_at desc, id desc limit ${limit}
  )`.as<'newest'>(sql`newest`);
}
