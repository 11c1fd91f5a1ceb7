import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  OperatorActivityKindSchema,
  type OperatorActivitySchema,
  OperatorGoalSchema,
} from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { type Caller, modeToProto } from '@drippulse/rpc';
import type { Selectable, Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB, OperatorActivities } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';
import { type FormRow, publicPath } from '../lead-forms/form.ts';

export type ActivityRow = Selectable<OperatorActivities>;

export const activityKinds = enumTexts(OperatorActivityKindSchema);
const goals = enumTexts(OperatorGoalSchema);

/** Content of a log line, without its author and time. */
type Logged = {
  kind: 'plan_apply' | 'ensure_defaults' | 'lead_form_created';
  name: string;
  plan?: { id: string; goal: string };
  workflowId?: bigint | null;
  leadFormId?: bigint | null;
};

/** Writes a log line in the transaction of the action. Call `hintActivity` after the commit. */
export async function logActivity(
  ctx: Context,
  trx: Transaction<DB>,
  { organizationId, mode, actor }: Caller,
  { kind, name, plan, workflowId = null, leadFormId = null }: Logged,
): Promise<void> {
  await trx
    .insertInto('operator_activities')
    .values({
      organization_id: organizationId,
      mode,
      kind,
      name,
      actor_type: actor.type,
      actor_id: actor.id,
      plan_id: plan?.id ?? null,
      goal: plan?.goal ?? null,
      workflow_id: workflowId,
      lead_form_id: leadFormId,
      created_at: ctx.clock.now(),
    })
    .execute();
}

/** Logs that a form was created, either by a plan or directly. */
export function logForm(
  ctx: Context,
  trx: Transaction<DB>,
  caller: Caller,
  { id, name, workflow_id }: FormRow,
  plan?: Logged['plan'],
): Promise<void> {
  const form = { kind: 'lead_form_created', name, leadFormId: id, workflowId: workflow_id } as const;
  return logActivity(ctx, trx, caller, { ...form, ...(plan && { plan }) });
}

/** Reports to open screens that the log has a new line. */
export function hintActivity({ hints }: Pick<Context, 'hints'>, { organizationId, mode }: Caller): void {
  hints.note({ organizationId, topic: 'operator', id: '', kind: 'created', mode: modeToProto(mode) });
}

/**
 * Converts a log line. `token` is the token of the lead form that the line is about, if the page of that form is
 * served.
 */
export function activityToProto(
  row: ActivityRow & { token: string | null },
): MessageInitShape<typeof OperatorActivitySchema> {
  return {
    id: row.id,
    kind: activityKinds.numberOf(row.kind),
    name: row.name,
    actorType: row.actor_type,
    actorId: row.actor_id,
    planId: row.plan_id ?? undefined,
    goal: row.goal === null ? undefined : goals.numberOf(row.goal),
    workflowId: row.workflow_id ?? undefined,
    leadFormId: row.lead_form_id ?? undefined,
    publicPath: row.token === null ? undefined : publicPath({ token: row.token }),
    createdAt: timestampFromDate(row.created_at),
    mode: modeToProto(row.mode),
  };
}
