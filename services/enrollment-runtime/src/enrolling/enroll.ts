import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { addCounts } from '../funnel/counters.ts';
import { addMarks } from '../funnel/marks.ts';
import { wakeLanes } from '../lanes/wake-lane.ts';
import { enterAll } from './enter-all.ts';
import type { Entrants, EntryAnswer } from './entrants.ts';

export { type EntryAnswer, idsOf, type Link } from './entrants.ts';

/**
 * Enrolls contacts in the lane, which the transaction has locked. Moves each enrollment through its first pure steps.
 * Returns the result for each contact, in order. Wake the relay and the advance loop after the commit. A test workflow
 * has only test enrollments, even if the caller is in live mode.
 */
export async function enroll(ctx: Context, trx: Transaction<DB>, entrants: Entrants): Promise<EntryAnswer[]> {
  const entries = await enrollAll(ctx, trx, [entrants]);
  return entries.flat();
}

/** Enrolls contacts in several lanes, with as many statements as for one lane. */
export async function enrollAll(
  ctx: Context,
  trx: Transaction<DB>,
  all: readonly Entrants[],
): Promise<EntryAnswer[][]> {
  const { entries, wakes, counts, marks } = await enterAll(ctx, trx, all);
  await wakeLanes(trx, wakes);
  await addCounts(trx, counts);
  await addMarks(trx, marks);
  return entries;
}
