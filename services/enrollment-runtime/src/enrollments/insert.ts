import { randomUUIDv7 } from 'node:crypto';
import { startCopy } from '@drippulse/db/copy';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import type { Move } from '../runs/move.ts';
import { dueAt, errorLineOf } from '../runs/store-runs.ts';
import { readContact } from './contact.ts';
import type { Mode } from './enrollment-row.ts';
import type { SearchColumns } from './search-blocks.ts';

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
  search: 'text',
  own_search: 'text',
  contact: 'json',
} as const;

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

/** Rows of `enrollments`, with what those of one entry share. */
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

/** Rows of `runs`, with what those of one entry share. */
export function startRuns({ workflowId, organizationId, createdAt, version, mode }: Entry) {
  return startCopy(runColumns, {
    workflow_id: workflowId,
    organization_id: organizationId,
    updated_at: createdAt,
    version,
    mode,
  });
}

/** The row of an enrollment, with what it is found by. */
export function enrollmentRow({ identity, key, contact }: ClaimedRun, { search, own_search }: SearchColumns) {
  return {
    id: identity.id,
    key,
    lead_ref: identity.leadRef,
    email: identity.email,
    first_name: identity.firstName,
    last_name: identity.lastName,
    search,
    own_search,
    contact,
  };
}

/** The row of a run where its move led, else at the first step and due at once. One that has ended has none. */
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
