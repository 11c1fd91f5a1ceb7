import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { lockWorkflow } from '../workflows/rows.ts';
import { workflowToProto } from '../workflows/to-proto.ts';
import { type Changes, saveChanges } from './save-changes.ts';

/** Changes one workflow, in a transaction of `commitChange`. */
export async function changeWorkflow(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, id }: { organizationId: bigint; id: bigint },
  changes: Changes,
) {
  const before = await lockWorkflow(trx, organizationId, id);
  const change = await saveChanges(ctx, trx, before, changes);
  return { change, response: { workflow: workflowToProto(change?.row ?? before) } };
}
