import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Ids of a block differ in so many of their last bits; the index over blocks has the same number. With one more the database
 * gains next to nothing, and twice as many are looked at for each that has a text.
 */
const blockBits = 3n;

/** What an enrollment is found by. */
export type SearchColumns = { search: string | null; own_search: string | null };

/**
 * Gives the enrollments of one call, in the order of their ids, what they are found by: the last of a block the texts of all
 * of it. `next` is the id that follows.
 */
export function startSearchBlocks() {
  let texts: string[] = [];
  return (text: string | null, id: bigint, next: bigint | undefined): SearchColumns => {
    if (text !== null) texts.push(text);
    if (next !== undefined && next >> blockBits === id >> blockBits) return { search: null, own_search: text };
    const all = texts;
    texts = [];
    const isAlone = all.length === 0 || (all.length === 1 && text !== null);
    return isAlone ? { search: text, own_search: null } : { search: all.join(''), own_search: text ?? '' };
  };
}

/**
 * Locks the block of an enrollment that is to be removed, as the trigger `remove_from_block` writes all of it. In the order
 * of ids, so that two who remove of one block never wait for each other in a circle.
 */
export async function lockBlock(trx: Transaction<DB>, workflowId: bigint, id: bigint): Promise<void> {
  await sql`
    select from enrollments
    where workflow_id = ${workflowId} and (id >> 3) = (${id}::bigint >> 3) and own_search is not null
    order by id for update`.execute(trx);
}
