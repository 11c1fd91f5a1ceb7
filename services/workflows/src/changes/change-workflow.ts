import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { WorkflowSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { lockWorkflow } from '../workflows/rows.ts';
import { workflowToProto } from '../workflows/to-proto.ts';
import { commitChange } from './commit-change.ts';
import { type Changes, saveChanges } from './save-changes.ts';

type Init = { workflow: MessageInitShape<typeof WorkflowSchema> };
type Write = (trx: Transaction<DB>, caller: Caller) => Promise<Init>;

/** Changes one workflow in the transaction that `commit` opens, and announces the change after it. */
export async function changeWorkflow<Response>(
  ctx: Context,
  call: HandlerContext,
  id: bigint,
  changes: Changes,
  commit: (write: Write) => Promise<Response>,
): Promise<Response> {
  const write = async (trx: Transaction<DB>, { organizationId }: Caller) => {
    const before = await lockWorkflow(trx, organizationId, id);
    const change = await saveChanges(ctx, trx, before, changes);
    return { change, response: { workflow: workflowToProto(change?.row ?? before) } };
  };
  return commitChange(ctx, call, write, commit);
}
