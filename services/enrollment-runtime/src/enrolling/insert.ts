import { randomUUIDv7 } from 'node:crypto';
import { startCopy } from '@drippulse/db/copy';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { readContact } from '../enrollments/contact.ts';
import type { Mode } from '../enrollments/enrollment-row.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import type { Move } from '../runs/move.ts';
import { dueAt, errorLineOf } from '../runs/store-runs.ts';

/** The values that all enrollments of one call share. */
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

/** A contact to enroll, as JSON text, and the cause of its chain; null when it is a cause itself. */
export type Entrant = { contact: string; cause: string | null };

/** Makes runs for contacts, with these ids. They are neither stored nor leased. */
export function newRuns(entry: Entry, contacts: readonly Entrant[], ids: readonly bigint[]): ClaimedRun[] {
  return contacts.flatMap(({ contact, cause }, index) => {
    const id = ids[index];
    if (id === undefined) return [];
    const { fields, leadRef, email, firstName, lastName } = readContact(contact);
    return {
      identity: { ...entry, cause, id, leadRef, email, firstName, lastName },
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

/** Takes ids for new enrollments, in rising order. */
export async function takeIds(trx: Transaction<DB>, count: number): Promise<bigint[]> {
  const { rows } = await sql<{ ids: string | null }>`
    select string_agg(nextval('enrollments_id_seq')::text, ',') as ids from generate_series(1, ${count})`.execute(trx);
  return rows.flatMap(({ ids }) => ids?.split(',').map(BigInt) ?? []);
}

const enrollmentColumns = {
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
  cause: 'text',
  contact: 'json',
} as const;

const searchColumns = { workflow_id: 'int8', block: 'int8', text: 'text' } as const;

const runColumns = {
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

/** Starts rows of `enrollments` with the values that they share. */
export function startEnrollments(entry: Entry) {
  return startCopy(enrollmentColumns, {
    workflow_id: entry.workflowId,
    organization_id: entry.organizationId,
    agent_id: entry.agentId,
    created_at: entry.createdAt,
    version: entry.version,
    mode: entry.mode,
    hops: entry.hops,
    timezone: entry.timezone,
  });
}

/** Starts rows of `enrollment_search`. */
export function startTexts({ workflowId }: Entry) {
  return startCopy(searchColumns, { workflow_id: workflowId });
}

/** Starts rows of `runs` with the values that they share. */
export function startRuns({ workflowId, organizationId, createdAt, version, mode }: Entry) {
  return startCopy(runColumns, {
    workflow_id: workflowId,
    organization_id: organizationId,
    updated_at: createdAt,
    version,
    mode,
  });
}

export function enrollmentRow({ identity, key, contact }: ClaimedRun) {
  return {
    id: identity.id,
    key,
    lead_ref: identity.leadRef,
    email: identity.email,
    first_name: identity.firstName,
    last_name: identity.lastName,
    cause: identity.cause,
    contact,
  };
}

/** The row of a run after its move, or at the first step and due at once without one. An ended run has no row. */
export function runRow(run: ClaimedRun, move: Move | undefined, now: Date) {
  if (move !== undefined && move.state.status !== 'active') return undefined;
  const { stepIndex, phase, attempt, visits } = move?.state ?? run.state;
  const nextRunAt = move === undefined ? now : dueAt(move, now);
  return {
    enrollment_id: run.identity.id,
    next_run_at: nextRunAt,
    wake_at: nextRunAt,
    step_index: stepIndex,
    phase,
    attempt,
    visits: Object.keys(visits).length === 0 ? null : JSON.stringify(visits),
    lines: move?.entries.length ?? 0,
    error_line: move === undefined ? null : errorLineOf(move),
  };
}
