import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import {
  OperatorGoalSchema,
  OperatorOperationKindSchema,
  OperatorOperationStatusSchema,
  type OperatorPlanSchema,
  OperatorPlanStatusSchema,
} from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { type Caller, type Mode, modeOf, modeToProto } from '@drippulse/rpc';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, OperatorPlans } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';
import { publicPath, selectForms } from '../lead-forms/form.ts';
import { isUuid } from '../records/ids.ts';
import { timestampOf } from '../records/values.ts';
import { unpackAnswers } from './answers.ts';
import { detailsOf, type Operation } from './plan-operations.ts';

export type PlanRow = Selectable<OperatorPlans>;

/** An operation with its state. */
export type PlannedOperation = Operation & {
  status: 'planned' | 'exists' | 'missing' | 'done';
  /** Id of the resource, as a string. */
  resource_id: string | null;
  note: string | null;
};

const goals = enumTexts(OperatorGoalSchema);
const statuses = enumTexts(OperatorPlanStatusSchema);
const kinds = enumTexts(OperatorOperationKindSchema);
const operationStatuses = enumTexts(OperatorOperationStatusSchema);

function selectPlans(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('operator_plans').selectAll().where('organization_id', '=', organizationId);
}

/**
 * Finds a plan of the organization. An unknown id, a malformed id and an id of a different organization have the same
 * error.
 */
export async function findPlan(db: Kysely<DB>, organizationId: bigint, id: string): Promise<PlanRow> {
  const row = isUuid(id) ? await selectPlans(db, organizationId).where('id', '=', id).executeTakeFirst() : undefined;
  if (row === undefined) throw new DomainError('not_found', 'operator_plan_not_found', 'There is no such plan.');
  return row;
}

/** Locks a plan that was found before, and reads the plan again. */
export function lockPlan(trx: Transaction<DB>, { organization_id, id }: PlanRow): Promise<PlanRow> {
  return selectPlans(trx, organization_id).where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
}

/** Finds the mode of a plan of the caller's organization; undefined for an unknown id. */
export async function findPlanMode(db: Kysely<DB>, { organizationId }: Caller, id: unknown): Promise<Mode | undefined> {
  const text = String(id);
  const query = selectPlans(db, organizationId).where('id', '=', text);
  const row = isUuid(text) ? await query.executeTakeFirst() : undefined;
  return row && modeOf(row.mode);
}

/** Reads stored operations. */
export function parseOperations(text: string): PlannedOperation[] {
  return JSON.parse(text);
}

/** Returns the id of an operation's resource; undefined until the resource exists. */
export function resourceOf(operations: readonly PlannedOperation[], key: Operation['key']): string | undefined {
  return operations.find((operation) => operation.key === key)?.resource_id ?? undefined;
}

export async function planToProto(db: Kysely<DB>, row: PlanRow): Promise<MessageInitShape<typeof OperatorPlanSchema>> {
  const operations = parseOperations(row.operations);
  return {
    id: row.id,
    goal: goals.numberOf(row.goal),
    answers: unpackAnswers(row.answers),
    status: statuses.numberOf(row.status),
    operations: operations.map((operation) => ({
      key: operation.key,
      kind: kinds.numberOf(operation.kind),
      name: operation.name,
      status: operationStatuses.numberOf(operation.status),
      resourceId: operation.resource_id ?? undefined,
      note: operation.note ?? undefined,
      details: detailsOf(operation),
    })),
    publicPath: await findPublicPath(db, row, resourceOf(operations, 'form')),
    createdAt: timestampFromDate(row.created_at),
    expiresAt: timestampFromDate(row.expires_at),
    appliedAt: timestampOf(row.applied_at),
    mode: modeToProto(row.mode),
  };
}

async function findPublicPath(db: Kysely<DB>, row: PlanRow, formId: string | undefined): Promise<string | undefined> {
  if (formId === undefined) return undefined;
  const form = await selectForms(db, row.organization_id)
    .select('token')
    .where('id', '=', BigInt(formId))
    .where('active', '=', true)
    .executeTakeFirst();
  return form && publicPath(form);
}
