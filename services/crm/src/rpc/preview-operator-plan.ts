import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { databaseNow } from '@drippulse/db';
import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import {
  OperatorAnswersSchema,
  OperatorService,
  type PreviewOperatorPlanRequest,
} from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { callerOf } from '@drippulse/rpc';
import { transact } from '@drippulse/writes';
import { v7 as uuidv7 } from 'uuid';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { requireCaptcha } from '../lead-forms/columns.ts';
import {
  type Answers,
  checkAnswers,
  type Goal,
  goals,
  ownersOf,
  packAnswers,
  readAnswers,
} from '../operator/answers.ts';
import { requireRights } from '../operator/carry-out.ts';
import { findExisting } from '../operator/find-existing.ts';
import { planToProto } from '../operator/plan.ts';
import { planOperations } from '../operator/plan-operations.ts';

/**
 * Lifetime of a plan in milliseconds. It is shorter than the 24 hours for which the workflows service keeps idempotency
 * keys.
 */
const livesMs = 12 * 3_600_000;

export async function previewOperatorPlan(ctx: Context, request: PreviewOperatorPlanRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const goal = readGoal(request);
  const given = request.answers ?? create(OperatorAnswersSchema);
  const answers = readAnswers(goal, given);
  refuseViolations(checkAnswers(goal, answers));
  requireCaptcha(answers.form?.hcaptchaRequired ?? false, ctx.captcha);
  await requireOwners(ctx, call, goal, answers);
  const planned = planOperations(goal, answers);
  requireRights(caller, planned);
  const operations = await findExisting(ctx, call, caller, planned);
  return transact(ctx, call, OperatorService.method.previewOperatorPlan, request, async (trx) => {
    const now = await databaseNow<DB>(trx);
    const row = await trx
      .insertInto('operator_plans')
      .values({
        id: uuidv7(),
        organization_id: caller.organizationId,
        mode: caller.mode,
        goal,
        answers: packAnswers(given),
        operations: JSON.stringify(operations),
        status: 'previewed',
        created_at: now,
        expires_at: new Date(now.getTime() + livesMs),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return { plan: await planToProto(trx, row) };
  });
}

function readGoal({ goal: given }: PreviewOperatorPlanRequest): Goal {
  const goal = given === undefined ? undefined : goals.get(given);
  if (goal !== undefined) return goal;
  const violations: Violation[] = [{ field: 'goal', message: 'is required', code: 'required' }];
  throw new DomainError('malformed', 'parameter_missing', 'Required parameter missing: goal', { violations });
}

async function requireOwners(ctx: Context, call: HandlerContext, goal: Goal, answers: Answers): Promise<void> {
  const owners = ownersOf(goal, answers);
  if (owners.length === 0) return;
  const members = await ctx.members.find(
    call,
    owners.map(({ id }) => id),
  );
  refuseViolations(
    owners.flatMap(({ id, field }): Violation[] =>
      members.has(id) ? [] : [{ field, message: 'must be a member of the organization', code: 'not_found' }],
    ),
  );
}
