import { DomainError } from '@drippulse/errors';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DB, TemplateVersions } from '../db/schema.ts';
import { builtInOrganization, isBuiltIn, type TemplateRow } from './rows.ts';

export type VersionRow = Selectable<TemplateVersions>;

/** Selects the versions of a template, which may be a built-in one. */
export function selectVersions(db: Kysely<DB>, template: Pick<TemplateRow, 'id' | 'organization_id'>) {
  return db
    .selectFrom('template_versions')
    .where('organization_id', '=', isBuiltIn(template) ? builtInOrganization : template.organization_id)
    .where('template_id', '=', template.id);
}

export async function findVersion(
  db: Kysely<DB>,
  template: Pick<TemplateRow, 'id' | 'organization_id'>,
  version: number,
): Promise<VersionRow> {
  const row = await selectVersions(db, template).selectAll().where('version', '=', version).executeTakeFirst();
  if (row === undefined) {
    const message = 'The template has no version with this number.';
    throw new DomainError('not_found', 'agent_template_version_not_found', message);
  }
  return row;
}

/** Returns the number of the next version. The caller must have locked the template. Drafts are numbered too. */
export async function nextVersion(trx: Transaction<DB>, { id, organization_id }: TemplateRow): Promise<number> {
  const { rows } = await sql<{ next: number }>`
    select coalesce(max(version), 0) + 1 as next from template_versions
    where organization_id = ${organization_id} and template_id = ${id}`.execute(trx);
  return rows[0]?.next ?? 1;
}
