import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { Lane } from '../lanes/lane.ts';
import { findRows } from './find-rows.ts';
import { enrollmentNotFound } from './refusals.ts';
import { toProto } from './to-proto.ts';

/** Reads an enrollment for the response of a method that changed it. */
export async function answerRow(ctx: Context, trx: Transaction<DB>, lane: Lane, id: bigint) {
  const { rows, now } = await findRows(ctx, trx, { ...lane, ids: [id] });
  const [row] = rows;
  if (row === undefined) throw enrollmentNotFound();
  const definition = await ctx.definitions.get(row.workflowId, row.version);
  return { row, definition, enrollment: toProto(row, definition, now) };
}
