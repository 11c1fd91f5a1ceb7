import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { textSeparator } from './search-text.ts';

/**
 * Number of bits of an id that give the place in a block. Enrollments whose ids differ only in these bits form a block.
 * The enrollments of a block that one call made share a row of `enrollment_search`, which has the text of each at its
 * place and nothing at other places. Sharing saves index entries: the texts of people have much in common, and the text
 * index has an entry per row and trigram. Blocks of sixteen would save little more and double the rows that a search
 * reads. The index over the blocks of enrollments uses the same number of bits.
 */
const blockBits = 3;
const blockSize = 2 ** blockBits;

export function blockOf(id: bigint): bigint {
  return id >> BigInt(blockBits);
}

/** Returns the place of an enrollment in its block, from 0. */
export function placeInBlock(id: bigint): number {
  return Number(id & BigInt(blockSize - 1));
}

/** Joins enrollments `e` of a workflow to the rows `s` that may contain their texts. */
export function joinTexts(workflowId: bigint | RawBuilder<bigint>): RawBuilder<unknown> {
  return sql`join enrollment_search as s on s.workflow_id = ${workflowId} and s.block = e.id >> ${sql.lit(blockBits)}`;
}

/**
 * Returns the condition that the text of `e` contains `part`. `pattern` finds candidate rows `s` by their index. At
 * most one row has the text of an enrollment, so the join adds no row twice. The condition uses `strpos` instead of
 * `like`, because the planner has no statistics of a text at a place. For `strpos` it assumes that a third of the rows
 * match; for `like` it would assume that no row matches.
 */
export function containsText(part: RawBuilder<unknown>, pattern: RawBuilder<unknown>): RawBuilder<unknown> {
  const place = sql`(e.id & ${sql.lit(blockSize - 1)})::int + 1`;
  return sql`s.text like ${pattern} and strpos(split_part(s.text, ${sql.lit(textSeparator)}, ${place}), ${part}) > 0`;
}

/** Removes the texts of enrollments. The other texts of their blocks keep their places. */
export async function removeTexts(
  trx: Transaction<DB>,
  { workflowId, ids }: { workflowId: bigint; ids: readonly bigint[] },
): Promise<void> {
  const separator = sql.lit(textSeparator);
  // The new text is computed from the row alone: if two transactions change a row, the second transaction waits and
  // starts from the result of the first.
  await sql`
    update enrollment_search set text = coalesce((
      select string_agg(
        case when (block << ${sql.lit(blockBits)}) + place - 1 = any (${ids}::bigint[]) then '' else part end,
        ${separator} order by place)
      from unnest(string_to_array(text, ${separator})) with ordinality as each (part, place)
    ), '')
    where workflow_id = ${workflowId} and block = any (${ids.map(blockOf)}::bigint[])`.execute(trx);
}
