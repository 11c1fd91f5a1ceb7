import type { JsonObject } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { causeOfEnrollment } from '../chains/cause.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { OpenedParking, Parking, ParkingEnd } from '../parkings.ts';
import { bindPreview } from './binding.ts';
import { defaultRoles } from './default-roles.ts';
import { endApprovals } from './end-approvals.ts';
import { appendApprovalNews } from './news.ts';
import type { ApprovalRow } from './row.ts';

const requestSchema = z.object({
  message: z.string(),
  roles: z.array(z.string()).default([...defaultRoles]),
  allow_api_keys: z.boolean().default(false),
});

/** Writes and ends the approval rows of runs that are parked at an `approval` step. */
export function createStepApprovals(context: () => Context): Parking {
  return {
    async opened(trx, parked, now) {
      await appendApprovalNews(trx, await insertApprovals(context(), trx, parked, now), 'approvalRequested');
    },
    async ended(trx, enrollmentIds, end) {
      await endStepApprovals(context(), trx, enrollmentIds, end);
    },
  };
}

/**
 * Ends the approvals of the enrollments. After a decision there is nothing to do, because the decision has already
 * written its approval. A timeout ends only the approval of the step. A cancel or a removal ends all approvals of the
 * enrollment, including the approvals that other services asked for.
 */
async function endStepApprovals(
  ctx: Context,
  trx: Transaction<DB>,
  enrollmentIds: readonly bigint[],
  end: ParkingEnd,
): Promise<void> {
  if (end === 'settled') return;
  const isOwn = end === 'expired' ? sql<boolean>`kind = 'step'` : sql<boolean>`true`;
  await endApprovals(ctx, trx, sql<boolean>`enrollment_id = any(${enrollmentIds}::bigint[]) and ${isOwn}`, end);
}

/**
 * Inserts an approval for each parked run. No move parks a run twice under one key. If a row with this key exists
 * anyway, the existing row stays.
 */
async function insertApprovals(
  ctx: Context,
  trx: Transaction<DB>,
  parked: readonly OpenedParking[],
  now: Date,
): Promise<ApprovalRow[]> {
  const places = await findPlaces(ctx, trx, parked);
  const rows = parked.map((one) => {
    const { message, roles, allow_api_keys } = requestSchema.parse(one.request);
    const { text, binding } = bindPreview(previewOf(one.request));
    const place = places.get(one.enrollmentId);
    return {
      organization_id: one.organizationId,
      mode: one.mode,
      kind: 'step',
      request_key: one.key,
      workflow_id: one.workflowId,
      enrollment_id: one.enrollmentId,
      step_id: one.stepId,
      step_name: place?.stepNames.get(one.stepId) ?? null,
      message,
      preview: text,
      binding,
      roles,
      allow_api_keys,
      can_edit_arguments: false,
      cause: place?.cause ?? null,
      expires_at: one.until,
      created_at: now,
    };
  });
  return trx
    .insertInto('approvals')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['organization_id', 'mode', 'request_key']).doNothing())
    .returningAll()
    .execute();
}

function previewOf({ preview }: JsonObject): JsonObject {
  const isObject = typeof preview === 'object' && preview !== null && !Array.isArray(preview);
  return isObject ? (preview as JsonObject) : {};
}

type Place = { cause: string; stepNames: ReadonlyMap<string, string> };

/** Reads the facts about each enrollment that `OpenedParking` lacks: its chain, and the step names of its version. */
async function findPlaces(
  ctx: Context,
  trx: Transaction<DB>,
  parked: readonly OpenedParking[],
): Promise<Map<bigint, Place>> {
  const { rows } = await sql<{ id: bigint; workflow_id: bigint; version: number; cause: string | null }>`
    select id, workflow_id, version, cause from enrollments
    where (workflow_id, id) in (
      select * from unnest(${parked.map((one) => one.workflowId)}::bigint[], ${parked.map((one) => one.enrollmentId)}::bigint[]))
    `.execute(trx);
  const places = new Map<bigint, Place>();
  for (const { id, workflow_id: workflowId, version, cause } of rows) {
    // The definition was already compiled for the move, so it is in the cache.
    const { steps } = await ctx.definitions.get(workflowId, version, trx);
    const stepNames = new Map(steps.map((step) => [step.id, step.name]));
    places.set(id, { cause: causeOfEnrollment({ cause, workflowId, id }), stepNames });
  }
  return places;
}
