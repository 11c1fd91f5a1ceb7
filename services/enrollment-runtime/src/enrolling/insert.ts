import { randomUUIDv7 } from 'node:crypto';
import { startCopy } from '@drippulse/db/copy';
import { contactKeyOf, keyHash } from '@drippulse/engine';
import { type Used, usageInsert, usedRows } from '@drippulse/entitlements';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { readContact } from '../enrollments/contact.ts';
import type { Mode } from '../enrollments/enrollment-row.ts';
import type { ClaimedRun } from '../runs/claimed-run.ts';
import type { Move } from '../runs/move.ts';
import { dueAt, errorLineOf } from '../runs/store-runs.ts';
import { variantsAfter } from '../runs/variants.ts';

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

/** A contact to enroll, as JSON text. */
export type Entrant = {
  contact: string;
  /** Cause of the contact's chain; null when the enrollment is itself a cause. */
  cause: string | null;
  /** The key of the contact's entry, if a template rendered the key. */
  entryHash: bigint | null;
  /** Whether the contact is held out and so has no run. */
  isHeldOut: boolean;
};

/** Makes runs for contacts, with these ids. The runs are neither stored nor leased. */
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
      variants: null,
      enteredAt: entry.createdAt,
    };
  });
}

/** Takes ids for new enrollments, in rising order, and counts the quota usage. */
export async function takeIds(
  { dbNow }: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  count: number,
  used: readonly Used[],
): Promise<bigint[]> {
  const counting =
    used.length === 0 ? sql`` : sql`with counted as (${usageInsert('enrollments', usedRows(used), dbNow)})`;
  const { rows } = await sql<{ ids: string | null }>`
    ${counting}
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
  contact_hash: 'int8',
  entry_hash: 'int8',
  is_holdout: 'bool',
} as const;

const searchColumns = { workflow_id: 'int8', block: 'int8', text: 'text' } as const;

const runColumns = {
  workflow_id: 'int8',
  enrollment_id: 'int8',
  organization_id: 'int8',
  next_run_at: 'timestamptz',
  wake_at: 'timestamptz',
  updated_at: 'timestamptz',
  entered_at: 'timestamptz',
  version: 'int4',
  mode: 'text',
  step_index: 'int4',
  phase: 'text',
  attempt: 'int4',
  visits: 'json',
  variants: 'json',
  goals: 'json',
  lines: 'int4',
  error_line: 'int4',
} as const;

/**
 * Starts rows of `enrollments`, `enrollment_search` and `runs` with the values that the enrollments of one entry share.
 */
export function startEnrollments(entry: Entry) {
  return startCopy(enrollmentColumns, sharedByEnrollments(entry));
}

export function startTexts({ workflowId }: Entry) {
  return startCopy(searchColumns, { workflow_id: workflowId });
}

export function startRuns(entry: Entry) {
  return startCopy(runColumns, sharedByRuns(entry));
}

/** Continues rows that `startEnrollments` began, with the values of another entry. */
export function fixEntry(
  rows: {
    enrollments: ReturnType<typeof startEnrollments>;
    texts: ReturnType<typeof startTexts>;
    runs: ReturnType<typeof startRuns>;
  },
  entry: Entry,
): void {
  rows.enrollments.fix(sharedByEnrollments(entry));
  rows.texts.fix({ workflow_id: entry.workflowId });
  rows.runs.fix(sharedByRuns(entry));
}

function sharedByEnrollments(entry: Entry) {
  return {
    workflow_id: entry.workflowId,
    organization_id: entry.organizationId,
    agent_id: entry.agentId,
    created_at: entry.createdAt,
    version: entry.version,
    mode: entry.mode,
    hops: entry.hops,
    timezone: entry.timezone,
  };
}

function sharedByRuns({ workflowId, organizationId, createdAt, version, mode }: Entry) {
  return {
    workflow_id: workflowId,
    organization_id: organizationId,
    updated_at: createdAt,
    entered_at: createdAt,
    version,
    mode,
  };
}

export function enrollmentRow({ identity, key, contact }: ClaimedRun, { entryHash, isHeldOut }: Entrant) {
  const contactKey = contactKeyOf({ lead_ref: identity.leadRef, email: identity.email }, '');
  return {
    id: identity.id,
    key,
    lead_ref: identity.leadRef,
    email: identity.email,
    first_name: identity.firstName,
    last_name: identity.lastName,
    cause: identity.cause,
    contact,
    contact_hash: contactKey === '' ? null : keyHash(contactKey),
    entry_hash: entryHash,
    is_holdout: isHeldOut,
  };
}

/**
 * Returns the row of a run after its move. A run without a move is at the first step and due immediately. An ended run
 * has no row.
 */
export function runRow(run: ClaimedRun, move: Move | undefined, now: Date) {
  if (move !== undefined && move.state.status !== 'active') return undefined;
  const { stepIndex, phase, attempt, visits, goals } = move?.state ?? run.state;
  const nextRunAt = move === undefined ? now : dueAt(move, now);
  return {
    enrollment_id: run.identity.id,
    next_run_at: nextRunAt,
    wake_at: nextRunAt,
    step_index: stepIndex,
    phase,
    attempt,
    visits: Object.keys(visits).length === 0 ? null : JSON.stringify(visits),
    variants: move === undefined ? null : variantsAfter(move),
    goals: goals === undefined ? null : JSON.stringify(goals),
    lines: move?.entries.length ?? 0,
    error_line: move === undefined ? null : errorLineOf(move),
  };
}
