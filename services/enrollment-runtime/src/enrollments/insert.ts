import { uuidRandom } from '@drippulse/runtime';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { DB } from '../db/schema.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import type { Move } from '../runs/move.ts';
import { dueAt, errorLineOf } from '../runs/store-runs.ts';
import { type NewEnrollment, searchTextOf } from './contact.ts';
import type { Mode } from './enrollment-row.ts';

/** What all enrollments of one call have in common. */
export type Entry = {
  organizationId: bigint;
  workflowId: bigint;
  version: number;
  mode: Mode;
  hops: number;
  timezone: string;
  agentId: bigint | null;
  createdAt: Date;
};

/** Runs for contacts, with these ids: not stored, and held by nobody. */
export function newRuns(entry: Entry, contacts: readonly NewEnrollment[], ids: readonly bigint[]): ClaimedRun[] {
  return contacts.flatMap(({ leadRef, email, firstName, lastName, contact }, index) => {
    const id = ids[index];
    if (id === undefined) return [];
    return {
      identity: { ...entry, id, leadRef, email, firstName, lastName },
      key: uuidv7({ rng: uuidRandom }),
      fence: 0,
      state: {
        status: 'active',
        stepIndex: 0,
        phase: 'ready',
        wakeAt: entry.createdAt.getTime(),
        attempt: 0,
        visits: {},
      },
      contact,
      data: null,
      lines: 0,
      errorLine: null,
    };
  });
}

/** Ids of new enrollments, rising. */
export async function takeIds(trx: Transaction<DB>, count: number): Promise<bigint[]> {
  const { rows } = await sql<{ id: bigint }>`
    select nextval('enrollments_id_seq') as id from generate_series(1, ${count})`.execute(trx);
  return rows.map((row) => row.id);
}

/**
 * Inserts a slice of enrollments and their runs in one statement: where their moves led, else at the first step and due
 * at once. Those that have ended have no run.
 */
export async function insertSlice(
  trx: Transaction<DB>,
  entry: Entry,
  runs: readonly ClaimedRun[],
  moves: ReadonlyMap<bigint, Move>,
): Promise<void> {
  await sql`
    with added as materialized (
      select * from json_to_recordset(${rowsOf(entry, runs, moves)}::json) as added (
        id bigint, key uuid, lead_ref text, email text, first_name text, last_name text, search text, contact json,
        has_ended boolean, next_run_at timestamptz, step_index int, phase text, attempt int, visits json, lines int,
        error_line int)
    ), identities as (
      insert into enrollments (
        workflow_id, id, organization_id, agent_id, created_at, key, version, mode, hops, timezone,
        lead_ref, email, first_name, last_name, search, contact)
      select ${entry.workflowId}, id, ${entry.organizationId}, ${entry.agentId}::bigint, ${at(entry)}, key,
        ${entry.version}, ${entry.mode}, ${entry.hops}, ${entry.timezone},
        lead_ref, email, first_name, last_name, search, contact
      from added
    )
    insert into runs (
      workflow_id, enrollment_id, organization_id, next_run_at, wake_at, updated_at, version, mode,
      step_index, phase, attempt, visits, lines, error_line)
    select ${entry.workflowId}, id, ${entry.organizationId}, coalesce(next_run_at, ${at(entry)}),
      coalesce(next_run_at, ${at(entry)}), ${at(entry)}, ${entry.version}, ${entry.mode},
      coalesce(step_index, 0), coalesce(phase, 'ready'), coalesce(attempt, 0), visits, coalesce(lines, 0), error_line
    from added where has_ended is null`.execute(trx);
}

function at({ createdAt }: Entry): RawBuilder<Date> {
  return sql`${createdAt}::timestamptz`;
}

/** JSON text in which each contact stands as it came. */
function rowsOf(entry: Entry, runs: readonly ClaimedRun[], moves: ReadonlyMap<bigint, Move>): string {
  const rows = runs.map(({ identity, key, contact }) => {
    const { id, leadRef, email, firstName, lastName } = identity;
    const columns = JSON.stringify({
      id: String(id),
      key,
      lead_ref: leadRef,
      email,
      first_name: firstName,
      last_name: lastName,
      search: searchTextOf(identity),
      ...placeOf(moves.get(id), entry.createdAt),
    });
    return `${columns.slice(0, -1)},"contact":${contact}}`;
  });
  return `[${rows.join(',')}]`;
}

function placeOf(move: Move | undefined, now: Date) {
  if (move === undefined) return {};
  const { state, entries } = move;
  if (state.status !== 'active') return { has_ended: true };
  return {
    next_run_at: dueAt(move, now),
    step_index: state.stepIndex,
    phase: state.phase,
    attempt: state.attempt,
    visits: Object.keys(state.visits).length === 0 ? null : state.visits,
    lines: entries.length,
    error_line: errorLineOf(move),
  };
}
