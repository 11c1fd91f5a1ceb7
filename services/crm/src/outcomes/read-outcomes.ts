import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * A won or lost record. `created` and `contact_created` are the lines of the audit stream about the creation of the
 * record and of its contact.
 */
export type OutcomeRow = {
  id: string;
  public_id: string;
  created_at: Date;
  won: boolean;
  contact_id: string | null;
  contact_public_id: string | null;
  created: string | null;
  contact_created: string | null;
};

/** Record after which a page starts. */
type OutcomePlace = { createdAt: Date; id: string };

/** Number of records that a page examines, whether or not they have ended. */
const examinedRows = 1_000;
const countedRows = 100_000;

/**
 * Columns that are left out of an outcome, because they are set after the creation, are determined by the outcome, or
 * link to other records.
 */
const hidden = new Set([
  ...['status', 'score', 'owner_id', 'contact_id', 'account_id', 'converted_at', 'closed_at', 'merged_into_id'],
  ...['pipeline_id', 'pipeline_stage_id', 'stage_position', 'external_system', 'external_id', 'deleted_at'],
]);

type Subject = 'lead' | 'opportunity';

export async function countOutcomes(
  db: Kysely<DB>,
  { organizationId, subject }: { organizationId: bigint; subject: Subject },
): Promise<{ won: bigint; lost: bigint }> {
  const { rows } = await sql<{ won: bigint; lost: bigint }>`
    select count(*) filter (where won) as won, count(*) filter (where not won) as lost from (
      select ${wonOf(subject)} as won from ${sql.table(tableOf(subject))} as record
      where organization_id = ${organizationId} and deleted_at is null
      order by created_at desc, id desc limit ${countedRows}) as ended`.execute(db);
  return rows[0] ?? { won: 0n, lost: 0n };
}

/** Reads the outcomes of a page, and the record at which the page ended. This record is undefined on the last page. */
export async function readOutcomes(
  db: Kysely<DB>,
  { organizationId, subject, after }: { organizationId: bigint; subject: Subject; after: OutcomePlace | undefined },
): Promise<{ outcomes: OutcomeRow[]; end: OutcomePlace | undefined }> {
  const isAfter =
    after === undefined ? sql`true` : sql`(created_at, id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`;
  const { rows } = await sql<Omit<OutcomeRow, 'won'> & { won: boolean | null }>`
    select page.id, page.public_id, page.created_at, page.won, page.contact_id,
      contacts.public_id as contact_public_id, ${creationOf(sql.ref('page.id'))} as created,
      ${subject === 'opportunity' ? creationOf(sql.ref('page.contact_id')) : sql`null::text`} as contact_created
    from (
      select id, public_id, organization_id, created_at, contact_id, ${wonOf(subject)} as won
      from ${sql.table(tableOf(subject))} as record
      where organization_id = ${organizationId} and deleted_at is null and ${isAfter}
      order by created_at desc, id desc limit ${examinedRows}) as page
    left join contacts on contacts.organization_id = page.organization_id and contacts.id = page.contact_id
    order by page.created_at desc, page.id desc`.execute(db);
  const last = rows.at(-1);
  return {
    outcomes: rows.flatMap(({ won, ...row }) => (won === null ? [] : [{ ...row, won }])),
    end: rows.length < examinedRows || last === undefined ? undefined : { createdAt: last.created_at, id: last.id },
  };
}

/**
 * Returns the values of a record at its creation, from its line in the audit stream; empty if there is no such line.
 */
export function valuesAtCreation(changes: string | null): JsonObject {
  return Object.fromEntries(
    Object.entries(objectOf(changes === null ? null : parseJson(changes))).flatMap(
      ([name, change]): [string, JsonValue][] => {
        const { after = null } = objectOf(change);
        return hidden.has(name) || after === null ? [] : [[name, after]];
      },
    ),
  );
}

function tableOf(subject: Subject): 'leads' | 'opportunities' {
  return subject === 'lead' ? 'leads' : 'opportunities';
}

/** Returns SQL for whether a record was won; null while it is open. */
function wonOf(subject: Subject): RawBuilder<boolean | null> {
  const byStatus = (won: string, lost: string) =>
    sql<boolean | null>`case record.status when ${won} then true when ${lost} then false end`;
  if (subject === 'opportunity') return byStatus('won', 'lost');
  const has = (status: string) => sql`exists (
    select from opportunities as deal
    where deal.organization_id = record.organization_id and deal.contact_id = record.contact_id and deal.deleted_at is null
      and deal.status = ${status})`;
  return sql<boolean | null>`case when record.status = 'converted' and ${has('lost')} then ${has('won')}
    else ${byStatus('converted', 'unqualified')} end`;
}

function creationOf(id: RawBuilder<unknown>): RawBuilder<string | null> {
  return sql<string | null>`(
    select changes::text from change_events
    where change_events.organization_id = page.organization_id and change_events.record_id = ${id} and action = 'created'
    order by change_events.id limit 1)`;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value) ? value : {};
}
