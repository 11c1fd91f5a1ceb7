import { randomUUIDv7 } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import type { Move } from '../runs/move.ts';
import { dueAt, errorLineOf } from '../runs/store-runs.ts';
import { readContact } from './contact.ts';
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

/** Runs for the texts of contacts, with these ids: not stored, and held by nobody. */
export function newRuns(entry: Entry, contacts: readonly string[], ids: readonly bigint[]): ClaimedRun[] {
  return contacts.flatMap((contact, index) => {
    const id = ids[index];
    if (id === undefined) return [];
    const { fields, leadRef, email, firstName, lastName } = readContact(contact);
    return {
      identity: { ...entry, id, leadRef, email, firstName, lastName },
      key: randomUUIDv7(),
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
      fields,
      data: null,
      lines: 0,
      errorLine: null,
    };
  });
}

/** Ids of new enrollments, rising. */
export async function takeIds(trx: Transaction<DB>, count: number): Promise<bigint[]> {
  const { rows } = await sql<{ ids: string | null }>`
    select string_agg(nextval('enrollments_id_seq')::text, ',') as ids from generate_series(1, ${count})`.execute(trx);
  return rows.flatMap(({ ids }) => ids?.split(',').map(BigInt) ?? []);
}

export const enrollmentColumns = {
  workflow_id: 'int8',
  id: 'int8',
  organization_id: 'int8',
  agent_id: 'int8',
  created_at: 'timestamptz',
  key: 'uuid',
  version: 'int4',
  mode: 'text',
  hops: 'int4',
  timezone: 'text',
  lead_ref: 'text',
  email: 'text',
  first_name: 'text',
  last_name: 'text',
  search: 'text',
  own_search: 'text',
  contact: 'json',
} as const;

export const runColumns = {
  workflow_id: 'int8',
  enrollment_id: 'int8',
  organization_id: 'int8',
  next_run_at: 'timestamptz',
  wake_at: 'timestamptz',
  updated_at: 'timestamptz',
  version: 'int4',
  mode: 'text',
  step_index: 'int4',
  phase: 'text',
  attempt: 'int4',
  visits: 'json',
  lines: 'int4',
  error_line: 'int4',
} as const;

/** The row of an enrollment, but for what it is found by. */
export function enrollmentRow({ identity, key, contact }: ClaimedRun) {
  return {
    workflow_id: identity.workflowId,
    id: identity.id,
    organization_id: identity.organizationId,
    agent_id: identity.agentId,
    created_at: identity.createdAt,
    key,
    version: identity.version,
    mode: identity.mode,
    hops: identity.hops,
    timezone: identity.timezone,
    lead_ref: identity.leadRef,
    email: identity.email,
    first_name: identity.firstName,
    last_name: identity.lastName,
    contact,
  };
}

/** The row of a run where its move led, else at the first step and due at once. One that has ended has none. */
export function runRow(run: ClaimedRun, move: Move | undefined, now: Date) {
  if (move !== undefined && move.state.status !== 'active') return undefined;
  const { workflowId, id, organizationId, version, mode } = run.identity;
  const { stepIndex, phase, attempt, visits } = move?.state ?? run.state;
  const nextRunAt = move === undefined ? now : dueAt(move, now);
  return {
    workflow_id: workflowId,
    enrollment_id: id,
    organization_id: organizationId,
    next_run_at: nextRunAt,
    wake_at: nextRunAt,
    updated_at: now,
    version,
    mode,
    step_index: stepIndex,
    phase,
    attempt,
    visits: Object.keys(visits).length === 0 ? null : JSON.stringify(visits),
    lines: move?.entries.length ?? 0,
    error_line: move === undefined ? null : errorLineOf(move),
  };
}
