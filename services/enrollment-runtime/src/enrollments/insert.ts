import { type RawBuilder, sql, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { DB } from '../db/schema.ts';
import { type NewEnrollment, searchTextOf } from './contact.ts';
import type { Identity, Mode } from './enrollment-row.ts';

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

/** Inserts a slice of enrollments and their runs, due at once, in one statement; answers them in the order given. */
export async function insertSlice(
  trx: Transaction<DB>,
  entry: Entry,
  contacts: readonly NewEnrollment[],
): Promise<Identity[]> {
  const ids = await takeIds(trx, contacts.length);
  await sql`
    with added as materialized (
      select * from json_to_recordset(${rowsOf(contacts, ids)}::json) as added (
        id bigint, key uuid, lead_ref text, email text, first_name text, last_name text, search text, contact json)
    ), identities as (
      insert into enrollments (
        workflow_id, id, organization_id, agent_id, created_at, key, version, mode, hops, timezone,
        lead_ref, email, first_name, last_name, search, contact)
      select ${entry.workflowId}, id, ${entry.organizationId}, ${entry.agentId}::bigint, ${at(entry)}, key,
        ${entry.version}, ${entry.mode}, ${entry.hops}, ${entry.timezone},
        lead_ref, email, first_name, last_name, search, contact
      from added
    )
    insert into runs (workflow_id, enrollment_id, organization_id, next_run_at, wake_at, updated_at, version, mode)
    select ${entry.workflowId}, id, ${entry.organizationId}, ${at(entry)}, ${at(entry)}, ${at(entry)},
      ${entry.version}, ${entry.mode}
    from added`.execute(trx);
  return ids.map((id, index) => identityOf(entry, id, contacts[index]));
}

function at({ createdAt }: Entry): RawBuilder<Date> {
  return sql`${createdAt}::timestamptz`;
}

async function takeIds(trx: Transaction<DB>, count: number): Promise<bigint[]> {
  const { rows } = await sql<{ id: bigint }>`
    select nextval('enrollments_id_seq') as id from generate_series(1, ${count})`.execute(trx);
  return rows.map((row) => row.id);
}

/** JSON text in which each contact stands as it came. */
function rowsOf(contacts: readonly NewEnrollment[], ids: readonly bigint[]): string {
  const rows = contacts.map((contact, index) => {
    const { leadRef, email, firstName, lastName } = contact;
    const columns = JSON.stringify({
      id: String(ids[index]),
      key: uuidv7(),
      lead_ref: leadRef,
      email,
      first_name: firstName,
      last_name: lastName,
      search: searchTextOf(contact),
    });
    return `${columns.slice(0, -1)},"contact":${contact.contact}}`;
  });
  return `[${rows.join(',')}]`;
}

function identityOf(entry: Entry, id: bigint, contact: NewEnrollment | undefined): Identity {
  const { leadRef = null, email = null, firstName = null, lastName = null } = contact ?? {};
  return { ...entry, id, leadRef, email, firstName, lastName };
}
