import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import { AgentEvalSetsService, type CreateAgentEvalCaseRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { type NewCase, readNewCase } from '../evals/new-case.ts';
import { countCases, findEvalSet, lockEvalSet } from '../evals/rows.ts';
import { evalCaseToProto } from '../evals/to-proto.ts';

const mostCases = 500n;

export async function createAgentEvalCase(ctx: Context, request: CreateAgentEvalCaseRequest, call: HandlerContext) {
  const { evalSetId } = request;
  // The case is read before the transaction, because no database connection may be held while another service is
  // called.
  const known = await findEvalSet(ctx.db.kysely, callerOf(call).organizationId, evalSetId);
  const made = await readNewCase(ctx, known, request);
  const { createAgentEvalCase: method } = AgentEvalSetsService.method;
  return transact(ctx, call, method, request, async (trx, { organizationId }) => {
    const set = await lockEvalSet(trx, organizationId, evalSetId);
    await requireThere(trx, organizationId, made);
    const counts = await countCases(trx, [set.id]);
    if ((counts.get(set.id) ?? 0n) >= mostCases) {
      throw new DomainError('failed_precondition', 'eval_set_full', `An eval set has at most ${mostCases} cases.`);
    }
    const row = await trx
      .insertInto('eval_cases')
      .values({ ...made, organization_id: organizationId, eval_set_id: set.id, created_at: ctx.clock.now() })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { evalCase: evalCaseToProto(row) };
  });
}

/** Requires that the execution has not been erased, and locks it. An erasure that locks it later finds the new case. */
async function requireThere(
  trx: Transaction<DB>,
  organizationId: bigint,
  { execution_id: id }: NewCase,
): Promise<void> {
  if (id === null || id === undefined) return;
  const { rows } = await sql`
    select from executions where organization_id = ${organizationId} and id = ${id} and erased_at is null for share`.execute(
    trx,
  );
  if (rows.length > 0) return;
  const message = 'Its input no longer exists.';
  throw new DomainError('failed_precondition', 'agent_execution_not_replayable', message);
}
