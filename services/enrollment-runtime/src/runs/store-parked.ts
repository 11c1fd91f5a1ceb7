import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import type { OpenedParking, ParkingEnd } from '../parkings.ts';
import type { Move } from './move.ts';
import { dueAt } from './store-runs.ts';
import { storedJson } from './stored-json.ts';

/** Stores the parkings that runs begin, and calls `opened` for each kind of parking. */
export async function storeParked(
  ctx: Context,
  trx: Transaction<DB>,
  moves: readonly Move[],
  now: Date,
): Promise<void> {
  const parked = moves.filter((move) => move.parked !== undefined);
  if (parked.length === 0) return;
  await insertIntents(trx, parked, now);
  for (const [kind, own] of Map.groupBy(parked, (move) => move.parked?.kind)) {
    if (kind !== undefined) await ctx.parkings[kind].opened(trx, own.flatMap(openedOf(now)), now);
  }
}

/** Calls `ended` for the runs that moved on or ended. */
export async function endParked(ctx: Context, trx: Transaction<DB>, moves: readonly Move[]): Promise<void> {
  const left = moves.filter(hasLeft);
  if (left.length === 0) return;
  for (const [kind, own] of Map.groupBy(left, kindBefore)) {
    if (kind === undefined) continue;
    for (const [end, ended] of Map.groupBy(own, endOf)) await ctx.parkings[kind].ended(trx, ended.map(idOf), end);
  }
}

/** Calls `ended` of every kind of parking, for runs that ended other than by a move of their own. */
export async function cancelParked(ctx: Context, trx: Transaction<DB>, ids: readonly bigint[]): Promise<void> {
  if (ids.length === 0) return;
  for (const parking of Object.values(ctx.parkings)) await parking.ended(trx, ids, 'cancelled');
}

/** Whether a parked run is no longer in its parking. */
function hasLeft({ run, state, settled }: Move): boolean {
  if (run.state.phase !== 'parked') return false;
  return settled !== undefined || state.status !== 'active' || state.phase !== 'parked';
}

function idOf({ run }: Move): bigint {
  return run.identity.id;
}

function kindBefore({ run, definition }: Move) {
  return definition.steps[run.state.stepIndex]?.parks?.kind;
}

function endOf({ settled }: Move): ParkingEnd {
  if (settled?.isCut === true) return 'cancelled';
  return settled?.isExpired === true ? 'expired' : 'settled';
}

async function insertIntents(trx: Transaction<DB>, moves: readonly Move[], now: Date): Promise<void> {
  const rows = moves.flatMap(({ run, parked }) => {
    if (parked === undefined) return [];
    const { identity } = run;
    return [
      {
        enrollment_id: String(identity.id),
        workflow_id: String(identity.workflowId),
        organization_id: String(identity.organizationId),
        step_index: parked.stepIndex,
        effect_key: parked.key,
        step_id: parked.stepId,
        kind: parked.kind,
        request: parked.request,
      },
    ];
  });
  await sql`
    insert into effects (
      enrollment_id, workflow_id, organization_id, created_at, step_index, attempt, effect_key, step_id, kind, request)
    select enrollment_id, workflow_id, organization_id, ${now}::timestamptz, step_index, 0, effect_key, step_id, kind, request
    from json_to_recordset(${storedJson(rows)}::json) as intent (
      enrollment_id bigint, workflow_id bigint, organization_id bigint, step_index int, effect_key text, step_id text,
      kind text, request json)`.execute(trx);
}

function openedOf(now: Date) {
  return (move: Move): OpenedParking[] => {
    const { run, parked } = move;
    if (parked === undefined) return [];
    const { id, organizationId, workflowId, mode, email, leadRef, createdAt } = run.identity;
    const { key, stepId, request } = parked;
    const until = dueAt(move, now);
    return [
      {
        organizationId,
        workflowId,
        enrollmentId: id,
        mode,
        email,
        leadRef,
        enteredAt: createdAt,
        key,
        stepId,
        request,
        until,
      },
    ];
  };
}
