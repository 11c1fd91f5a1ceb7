import { DomainError } from '@drippulse/errors';
import type { Caller, Mode } from '@drippulse/rpc';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DB, Templates, TemplateVersions } from '../db/schema.ts';

/** The organization that owns the built-in templates. */
export const builtInOrganization = 0n;

/** A template with its current version. A built-in template has the organization's policy, if one is set. */
export type TemplateRow = Omit<Selectable<Templates>, 'deleted_at'> &
  Pick<Selectable<TemplateVersions>, 'prompt' | 'input_schema' | 'output_schema' | 'default_configuration'> & {
    execution_policy: string;
    latest_version: number;
  };

export type World = { organizationId: bigint; mode: Mode };

/** Selects the templates of an organization in both modes, and the built-in templates as the given mode sees them. */
export function selectTemplates(db: Kysely<DB>, { organizationId, mode }: World) {
  return db
    .selectFrom('templates')
    .innerJoin('template_versions', (join) =>
      join
        .onRef('template_versions.organization_id', '=', 'templates.organization_id')
        .onRef('template_versions.template_id', '=', 'templates.id')
        .onRef('template_versions.version', '=', 'templates.version'),
    )
    .leftJoin('template_policies', (join) =>
      join
        .onRef('template_policies.template_id', '=', 'templates.id')
        .on('template_policies.organization_id', '=', organizationId)
        .on('template_policies.mode', '=', mode),
    )
    .where('templates.organization_id', 'in', [organizationId, builtInOrganization])
    .where('templates.deleted_at', 'is', null)
    .select([
      ...(['templates.id', 'templates.organization_id', 'templates.key', 'templates.name'] as const),
      ...(['templates.description', 'templates.category', 'templates.kind', 'templates.version'] as const),
      'templates.created_at',
      ...(['template_versions.prompt', 'template_versions.input_schema', 'template_versions.output_schema'] as const),
      'template_versions.default_configuration',
    ])
    .select([
      sql<string>`case when templates.organization_id = ${builtInOrganization} then ${mode} else templates.mode end`.as(
        'mode',
      ),
      sql<string>`coalesce(template_policies.execution_policy, template_versions.execution_policy)`.as(
        'execution_policy',
      ),
      sql<number>`(
        select max(latest.version) from template_versions as latest
        where latest.organization_id = templates.organization_id and latest.template_id = templates.id)`.as(
        'latest_version',
      ),
      sql<Date>`greatest(templates.updated_at, template_policies.updated_at)`.as('updated_at'),
      // A write of the organization's policy counts as a write of the built-in template.
      sql<bigint>`templates.revision + coalesce(template_policies.revision, 0)`.as('revision'),
    ]);
}

export async function findTemplate(db: Kysely<DB>, world: World, id: bigint): Promise<TemplateRow> {
  const row = await selectTemplates(db, world).where('templates.id', '=', id).executeTakeFirst();
  if (row === undefined) throw templateNotFound();
  return row;
}

/** Reads a template that is known to exist, because an agent uses it or this transaction has just written it. */
export async function readTemplate(db: Kysely<DB>, world: World, id: bigint): Promise<TemplateRow> {
  return selectTemplates(db, world).where('templates.id', '=', id).executeTakeFirstOrThrow();
}

/** Finds a template from which agents of a mode may be made. */
export async function findTemplateOfMode(db: Kysely<DB>, world: World, id: bigint): Promise<TemplateRow> {
  const row = await findTemplate(db, world, id);
  if (row.mode !== world.mode) throw templateNotFound();
  return row;
}

/** Finds a template. Locks the organization's own template, or its policy for a built-in template. */
export async function lockTemplate(trx: Transaction<DB>, world: World, id: bigint): Promise<TemplateRow> {
  await lockTemplateRevision(trx, world, id);
  return findTemplate(trx, world, id);
}

/**
 * Locks a template as the organization sees it, and returns its revision. For a built-in template, locks only the
 * organization's policy, so no other organization waits.
 */
export async function lockTemplateRevision(
  trx: Transaction<DB>,
  { organizationId, mode }: Pick<World, 'organizationId'> & { mode?: Mode },
  id: unknown,
): Promise<bigint | undefined> {
  const { rows } = await sql<{ revision: bigint }>`
    select revision from templates
    where organization_id = ${organizationId} and id = ${id} and deleted_at is null for update`.execute(trx);
  if (rows[0] !== undefined) return rows[0].revision;
  const place = `template:${organizationId}:${mode ?? 'live'}:${String(id)}`;
  await sql`select pg_advisory_xact_lock(hashtextextended(${place}, 0))`.execute(trx);
  const { rows: builtIn } = await sql<{ revision: bigint }>`
    select templates.revision + coalesce(policy.revision, 0) as revision from templates
    left join template_policies as policy
      on policy.template_id = templates.id and policy.organization_id = ${organizationId} and policy.mode = ${mode ?? 'live'}
    where templates.organization_id = ${builtInOrganization} and templates.id = ${id}`.execute(trx);
  return builtIn[0]?.revision;
}

/** Finds the mode of a template that the caller may change. A built-in template has the caller's mode. */
export async function findTemplateMode(db: Kysely<DB>, caller: Caller, id: unknown): Promise<Mode | undefined> {
  const row = await selectTemplates(db, caller)
    .where('templates.id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && (row.mode === 'test' ? 'test' : 'live');
}

export function isBuiltIn({ organization_id: organizationId }: Pick<TemplateRow, 'organization_id'>): boolean {
  return organizationId === builtInOrganization;
}

function templateNotFound(): DomainError {
  return new DomainError('not_found', 'agent_template_not_found', 'There is no template with this id.');
}
