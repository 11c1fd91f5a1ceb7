import type { JsonValue } from '@drippulse/json';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { EffectOutcome } from '../effects/effect-call.ts';
import { type Wake, wakeLanes } from '../lanes/wake-lane.ts';
import { storedJson } from '../runs/stored-json.ts';

/** The result that a parked run waits for, identified by the key of the intent. */
export type Settlement = {
  workflowId: bigint;
  enrollmentId: bigint;
  key: string;
  result: EffectOutcome;
  /** The time at which the result arrived. The result is used only if this time is before the end of the parking. */
  at: Date;
  /** Attempt of an effect that was accepted. Default: 1, the attempt of every step that parks by itself. */
  attempt?: number;
};

/**
 * Stores the result that a parked run waits for, and makes the run due. Returns false when the parking has a result
 * already or is over, or the run has moved on or ended. Lock the contact before the call, and wake the advance loop
 * after the commit. A transaction that settles several parkings calls `settleAllParked`, once.
 */
export async function settleParked(trx: Transaction<DB>, settlement: Settlement): Promise<boolean> {
  return (await settleAllParked(trx, [settlement])).has(settlement.key);
}

/**
 * Settles many parked runs. If a key has several results, the earliest result is used; if times are equal, the result
 * that comes first in the list. Returns the keys that were settled. Runs, intents and lanes are locked in order, as
 * moves lock them, so two transactions that settle the same runs cannot deadlock.
 */
export async function settleAllParked(
  trx: Transaction<DB>,
  settlements: readonly Settlement[],
): Promise<ReadonlySet<string>> {
  const { settled, wakes } = await storeSettlements(trx, settlements);
  await wakeLanes(trx, wakes);
  return settled;
}

/**
 * Settles parked runs without waking their lanes. It is for a transaction that also wakes other lanes, because a
 * transaction must wake all lanes together, once.
 */
export async function storeSettlements(
  trx: Transaction<DB>,
  settlements: readonly Settlement[],
): Promise<{ settled: ReadonlySet<string>; wakes: Wake[] }> {
  const first = new Map<string, Settlement>();
  for (const one of settlements) {
    const known = first.get(one.key);
    if (known === undefined || one.at < known.at) first.set(one.key, one);
  }
  const open = await lockRuns(trx, [...first.values()]);
  const settled = await storeResults(trx, open);
  if (settled.length === 0) return { settled: new Set(), wakes: [] };
  await makeDue(trx, settled);
  return {
    settled: new Set(settled.map(({ key }) => key)),
    wakes: settled.map(({ workflowId, at }) => ({ workflowId, at })),
  };
}

/**
 * Locks the runs that still wait. A run whose effect is handed out is included, because the service that accepted the
 * effect may settle it before the acceptance is stored. Once its parking has ended, a run is due and no longer waits.
 */
async function lockRuns(trx: Transaction<DB>, settlements: readonly Settlement[]): Promise<Settlement[]> {
  if (settlements.length === 0) return [];
  const { rows } = await sql<{ enrollment_id: bigint }>`
    select runs.enrollment_id
    from ${recordset(settlements)}, runs
    where runs.workflow_id = settled.workflow_id and runs.enrollment_id = settled.enrollment_id
      and runs.attempt = settled.attempt
      and (runs.phase = 'effect' or (runs.phase = 'parked' and settled.at < runs.next_run_at))
    order by runs.workflow_id, runs.enrollment_id for update of runs`.execute(trx);
  const locked = new Set(rows.map((row) => row.enrollment_id));
  return settlements.filter(({ enrollmentId }) => locked.has(enrollmentId));
}

/** Writes the result into each intent that has no result for this attempt. */
async function storeResults(trx: Transaction<DB>, settlements: readonly Settlement[]): Promise<Settlement[]> {
  if (settlements.length === 0) return [];
  const { rows } = await sql<{ effect_key: string }>`
    update effects set status = settled.status, attempt = settled.attempt, result = settled.result, finished_at = settled.at
    from ${recordset(settlements)}
    where effects.enrollment_id = settled.enrollment_id and effects.effect_key = settled.key
      and (effects.attempt < settled.attempt
        or (effects.attempt = settled.attempt and effects.status = 'accepted' and effects.result is null))
    returning effects.effect_key`.execute(trx);
  const keys = new Set(rows.map((row) => row.effect_key));
  return settlements.filter(({ key }) => keys.has(key));
}

/**
 * Makes the settled runs due. A run that is leased or paused is not due by time; it continues from the result when it
 * is claimed.
 */
async function makeDue(trx: Transaction<DB>, settlements: readonly Settlement[]): Promise<void> {
  await sql`
    update runs set next_run_at = settled.at, wake_at = case when wake_at is not null then settled.at end
    from ${recordset(settlements)}
    where runs.workflow_id = settled.workflow_id and runs.enrollment_id = settled.enrollment_id
      and runs.phase = 'parked'`.execute(trx);
}

function recordset(settlements: readonly Settlement[]) {
  const rows = settlements.map(({ workflowId, enrollmentId, key, result, at, attempt = 1 }) => ({
    workflow_id: String(workflowId),
    enrollment_id: String(enrollmentId),
    key,
    status: statusOf(result),
    result: result as JsonValue,
    at: at.toISOString(),
    attempt,
  }));
  return sql`json_to_recordset(${storedJson(rows)}::json) as settled (
    workflow_id bigint, enrollment_id bigint, key text, status text, result json, at timestamptz, attempt int)`;
}

function statusOf({ outcome }: EffectOutcome): string {
  if (outcome === 'held' || outcome === 'accepted') throw new Error(`${outcome} does not settle what is parked`);
  return outcome;
}
