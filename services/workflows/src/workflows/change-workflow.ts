import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import type { WorkflowSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { announce } from './announce.ts';
import type { Change } from './events.ts';
import { lockWorkflow } from './rows.ts';
import { type Changes, saveChanges } from './save-changes.ts';
import { toProto } from './to-proto.ts';

type Write = (trx: Transaction<DB>, caller: Caller) => Promise<{ workflow: MessageInitShape<typeof WorkflowSchema> }>;

/** What every change of one workflow does inside the transaction that `commit` runs, and after it. */
export async function changeWorkflow<Response>(
  ctx: Context,
  call: HandlerContext,
  id: bigint,
  changes: Changes,
  commit: (write: Write) => Promise<Response>,
): Promise<Response> {
  let change: Change | undefined;
  const response = await commit(async (trx, { organizationId }) => {
    const before = await lockWorkflow(trx, organizationId, id);
    change = await saveChanges(ctx, trx, before, changes);
    return { workflow: toProto(change?.row ?? before) };
  });
  if (change) await announce(ctx, call, change);
  return response;
}
