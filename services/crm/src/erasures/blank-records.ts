import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Values } from '../records/collection.ts';
import type { Trace } from './find-traces.ts';

/** Columns with personal data. Links, owner, status and score stay, because reports count by them. */
const personColumns = [
  'email',
  'first_name',
  'last_name',
  'title',
  'phone',
  'external_system',
  'external_id',
  'custom',
];
const leadColumns = [...personColumns, 'company_name'];
const activityColumns = ['subject', 'body', 'external_system', 'external_id', 'custom'];
const opportunityColumns = ['name', 'description', 'custom'];

/** Replacement for an opportunity's name that contained the name of the person. */
const erasedName = '[erased]';
/** Shorter names are ignored, because they also occur inside unrelated words. */
const leastLength = 3;

type Place = { organizationId: bigint; now: Date };

/** Clears the personal data of people and deletes their records. */
export async function blankPeople(
  trx: Transaction<DB>,
  table: 'contacts' | 'leads',
  ids: readonly string[],
  { organizationId, now }: Place,
): Promise<void> {
  if (ids.length === 0) return;
  const columns = table === 'leads' ? leadColumns : personColumns;
  await sql`
    update ${sql.table(table)} set ${blanks(columns)}, sequence = sequence + 1, updated_at = ${now},
      deleted_at = coalesce(deleted_at, ${now}), erased_at = ${now}
    where organization_id = ${organizationId} and id = any(${ids}::uuid[])`.execute(trx);
  await blankChanges(trx, organizationId, ids, columns);
}

/** Clears the texts of activities that are linked to the person. The activities themselves are kept. */
export async function blankActivities(
  trx: Transaction<DB>,
  { contactIds, leadIds }: { contactIds: readonly string[]; leadIds: readonly string[] },
  { organizationId, now }: Place,
): Promise<Trace[]> {
  const { rows } = await sql<{ id: string; public_id: string }>`
    update activities set ${blanks(activityColumns)}, sequence = sequence + 1, updated_at = ${now}
    where organization_id = ${organizationId} and id in (
      select id from activities
      where organization_id = ${organizationId} and deleted_at is null and contact_id = any(${contactIds}::uuid[])
      union all
      select id from activities
      where organization_id = ${organizationId} and deleted_at is not null and contact_id = any(${contactIds}::uuid[])
      union all
      select id from activities
      where organization_id = ${organizationId} and deleted_at is null and lead_id = any(${leadIds}::uuid[])
      union all
      select id from activities
      where organization_id = ${organizationId} and deleted_at is not null and lead_id = any(${leadIds}::uuid[]))
    returning id, public_id`.execute(trx);
  await blankChanges(
    trx,
    organizationId,
    rows.map(({ id }) => id),
    activityColumns,
  );
  return rows.map((row) => ({ type: 'activity', ...row }));
}

/**
 * Clears the texts of opportunities that contain or contained the person's name. An opportunity belongs to the
 * organization, so its amount and stage are kept.
 */
export async function blankOpportunities(
  trx: Transaction<DB>,
  { contactIds, people }: { contactIds: readonly string[]; people: readonly Values[] },
  { organizationId, now }: Place,
): Promise<Trace[]> {
  const names = namesOf(people);
  if (names.length === 0) return [];
  const { rows } = await sql<{ id: string; public_id: string }>`
    select id, public_id from (
      select id, public_id, concat_ws(E'\\n', name, description, custom::text) as texts from opportunities
      where organization_id = ${organizationId} and deleted_at is null and contact_id = any(${contactIds}::uuid[])
      union all
      select id, public_id, concat_ws(E'\\n', name, description, custom::text) from opportunities
      where organization_id = ${organizationId} and deleted_at is not null and contact_id = any(${contactIds}::uuid[])
    ) as linked
    where exists (
      select from unnest(${names}::text[]) as name
      where strpos(lower(texts), name) > 0 or exists (
        select from change_events
        where organization_id = ${organizationId} and record_id = linked.id and strpos(lower(changes::text), name) > 0))`.execute(
    trx,
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  await sql`
    update opportunities set name = ${erasedName}, description = null, custom = '{}', sequence = sequence + 1,
      updated_at = ${now}
    where organization_id = ${organizationId} and id = any(${ids}::uuid[])`.execute(trx);
  await blankChanges(trx, organizationId, ids, opportunityColumns);
  return rows.map((row) => ({ type: 'opportunity', ...row }));
}

/** Clears the undo data of merges of these records, because it contains overwritten values. */
export async function blankMerges(
  trx: Transaction<DB>,
  ids: readonly string[],
  { organizationId }: Pick<Place, 'organizationId'>,
): Promise<void> {
  await sql`
    update merges set undo = null
    where undo is not null and id in (
      select id from merges where organization_id = ${organizationId} and survivor_id = any(${ids}::uuid[])
      union all
      select id from merges where organization_id = ${organizationId} and merged_ids && ${ids}::uuid[])`.execute(trx);
}

function namesOf(people: readonly Values[]): string[] {
  const values = people.flatMap(({ email, first_name, last_name, phone }) => [email, first_name, last_name, phone]);
  const texts = values.flatMap((value) => (typeof value === 'string' ? [value.trim().toLowerCase()] : []));
  return [...new Set(texts)].filter((text) => text.length >= leastLength);
}

function blanks(columns: readonly string[]) {
  return sql.join(columns.map((column) => sql`${sql.ref(column)} = ${column === 'custom' ? sql`'{}'` : sql`null`}`));
}

async function blankChanges(
  trx: Transaction<DB>,
  organizationId: bigint,
  ids: readonly string[],
  columns: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await sql`select blank_change_events(${organizationId}, ${ids}::uuid[], ${columns}::text[])`.execute(trx);
}
