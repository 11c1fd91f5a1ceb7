import type { ContactLedger, PlannedSend, SendClass, SendingRules } from '@drippulse/engine';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { sendKeyOf } from '../contact-keys.ts';
import type { SendRequest } from '../send-request.ts';

/** The state that an earlier attempt of a send left in the ledger: whether the send has its place, and its slot. */
export type OwnRow = { isPlaced: boolean; slotAt: number | null };

export type Ledger = {
  /** Returns the ledger of a contact, by the contact's key. */
  contact(key: string): Mutable<ContactLedger>;
  own(send: SendRequest): OwnRow | undefined;
};

type Mutable<T> = { [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

type Row = {
  contact_key: string;
  effect_key: string;
  workflow_id: bigint;
  enrollment_id: bigint;
  channel: string;
  class: SendClass;
  category: string | null;
  priority: number;
  planned_at: Date;
  due_at: Date;
  expires_at: Date | null;
  placed_at: Date | null;
  slot_at: Date | null;
};

const dayMs = 86_400_000;
const unitDays = { seconds: 1 / 86_400, minutes: 1 / 1_440, hours: 1 / 24, days: 1, weeks: 7 };

/**
 * Reads the contacts' past sends that count towards these rules, and their planned sends. A planned send can leave only
 * while its run is active and its workflow is active.
 */
export async function readLedger(
  trx: Transaction<DB>,
  sends: readonly SendRequest[],
  { rules, now }: { rules: readonly SendingRules[]; now: Date },
): Promise<Ledger> {
  const since = new Date(now.getTime() - longestOf(rules));
  const { rows } =
    sends.length === 0
      ? { rows: [] }
      : await sql<Row>`
    select contact_key, effect_key, workflow_id, enrollment_id, channel, class, category, priority, planned_at, due_at,
      expires_at, placed_at, slot_at
    from sends
    where contact_key = any(${[...new Set(sends.map(sendKeyOf))]}) and (
      placed_at > ${since} or effect_key = any(${sends.map(({ key }) => key)})
      or (placed_at is null and status in ('pending', 'held') and exists (
        select from runs join lanes on lanes.workflow_id = runs.workflow_id
        where runs.workflow_id = sends.workflow_id and runs.enrollment_id = sends.enrollment_id
          and runs.status = 'active' and lanes.running)))`.execute(trx);
  const asked = new Set(sends.map(({ key }) => key));
  const own = new Map(rows.filter((row) => asked.has(row.effect_key)).map((row) => [row.effect_key, row]));
  const contacts = new Map<string, Mutable<ContactLedger>>();
  const contact = (key: string) => {
    const known = contacts.get(key) ?? { placed: [], planned: [] };
    contacts.set(key, known);
    return known;
  };
  for (const row of rows) {
    // A send that is retried already has its place, so it counts against the sends that are decided together with it.
    if (row.placed_at !== null) contact(row.contact_key).placed.push({ ...ownerOf(row), at: row.placed_at.getTime() });
    else if (!asked.has(row.effect_key)) contact(row.contact_key).planned.push(plannedOf(row));
  }
  return {
    contact,
    own({ key }) {
      const row = own.get(key);
      return row && { isPlaced: row.placed_at !== null, slotAt: row.slot_at?.getTime() ?? null };
    },
  };
}

/**
 * Returns the longest period in milliseconds that a rule looks back, plus two days, because a calendar period may be
 * longer.
 */
function longestOf(rules: readonly SendingRules[]): number {
  const spans = rules.flatMap(({ caps, minGap }) => [...caps.map(({ per }) => per), ...(minGap ? [minGap] : [])]);
  return (2 + Math.max(0, ...spans.map(({ duration, unit }) => duration * unitDays[unit]))) * dayMs;
}

function ownerOf(row: Row) {
  const { workflow_id: workflowId, enrollment_id: enrollmentId, channel, class: name, category } = row;
  return { workflowId, enrollmentId, channel, class: name, category };
}

function plannedOf(row: Row): PlannedSend {
  return {
    ...ownerOf(row),
    key: row.effect_key,
    priority: row.priority,
    plannedAt: row.planned_at.getTime(),
    dueAt: row.due_at.getTime(),
    expiresAt: row.expires_at?.getTime() ?? null,
  };
}
