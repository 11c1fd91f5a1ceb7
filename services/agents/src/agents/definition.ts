import { isInfrastructureError } from '@drippulse/db';
import type { JsonObject } from '@drippulse/json';
import { inBatches } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { BuiltInCode, CodeRegistry, RemoteCode } from '../code/code.ts';
import type { DB } from '../db/schema.ts';
import { storedObject } from '../json-objects.ts';
import { onceFor } from '../once-for.ts';
import { type Bounds, boundsOf } from '../policies/bounds.ts';
import { parsePolicy } from '../policies/policy.ts';
import { createRecent } from '../recent.ts';
import { builtInOrganization, type TemplateRow } from '../templates/rows.ts';
import { type AgentRow, agentNotFound } from './rows.ts';

/** The kind of work that the executions of an agent do. */
export type Work =
  | { kind: 'scorer' }
  | { kind: 'router' }
  | { kind: 'llm' }
  | { kind: 'workflow'; workflowId: bigint }
  | { kind: 'built_in_code'; codeId: string; code: BuiltInCode }
  | { kind: 'remote_code'; codeId: string; code: RemoteCode }
  /** This installation does not contain the agent's code. */
  | { kind: 'missing_code'; codeId: string };

/** The members of a template that executions use. */
type DefinedTemplate = Pick<
  TemplateRow,
  | 'id'
  | 'organization_id'
  | 'kind'
  | 'version'
  | 'prompt'
  | 'input_schema'
  | 'output_schema'
  | 'default_configuration'
  | 'execution_policy'
>;

/** An agent with everything that its next execution uses. */
export type AgentDefinition = {
  agent: AgentRow;
  template: DefinedTemplate | undefined;
  /** The agent's configuration, merged over the template's configuration. */
  configuration: JsonObject;
  /** Execution policy, as JSON text. */
  policy: string;
  bounds: Bounds;
  work: Work;
};

/** The members of the context that are needed to read definitions. */
type Reader = { db: { kysely: Kysely<DB> }; code: CodeRegistry };

/** Maximum number of agents per statement. */
const most = 50;

/**
 * Reads definitions in batches: one statement for the concurrent requests of one organization. Definitions are not
 * cached, so each request gets a definition that was read after the request arrived.
 */
const batchesOf = onceFor(({ db }: Reader) =>
  inBatches((asked: readonly Place[]) => findAll(db.kysely, asked), {
    ...{ most, laneOf: ({ organizationId }) => organizationId },
    // After a failed batch, each agent is read alone, unless the database is unavailable.
    hasDoneNothing: (error) => !isInfrastructureError(error),
  }),
);

/** Loads the definition for a request, in one batch with the definitions for concurrent requests. */
export async function loadForRequest(ctx: Reader, organizationId: bigint, agentId: bigint): Promise<AgentDefinition> {
  return definitionOf(ctx.code, await batchesOf(ctx)({ organizationId, agentId }));
}

export async function loadDefinition(
  { db, code }: Reader,
  organizationId: bigint,
  agentId: bigint,
): Promise<AgentDefinition> {
  const [found] = await findAll(db.kysely, [{ organizationId, agentId }]);
  return definitionOf(code, found);
}

function definitionOf(code: CodeRegistry, found: Found | undefined): AgentDefinition {
  const { agent, template } = splitRow(found);
  const configuration = mergedConfiguration(template, agent.configuration);
  const policy = template?.execution_policy ?? '{}';
  const bounds = boundsOf(parsePolicy(policy));
  return { agent, template, configuration, policy, bounds, work: workOf(code, { agent, template, configuration }) };
}

type Found = AgentRow &
  Pick<DefinedTemplate, 'prompt' | 'input_schema' | 'output_schema'> & {
    /** This member and the members below are null if the agent has no template. */
    template_organization_id: bigint | null;
    template_kind: string | null;
    template_version: number | null;
    default_configuration: string | null;
    execution_policy: string | null;
  };

type Place = { organizationId: bigint; agentId: bigint };

/**
 * Reads agents of one organization and their templates. A policy that the organization has set for a built-in template
 * in the agent's mode replaces the policy of the template's version. Returns one element for each element of `asked`,
 * in the same order. One statement reads both agents and templates, because every execution needs both.
 */
async function findAll(db: Kysely<DB>, asked: readonly Place[]): Promise<(Found | undefined)[]> {
  const ids = [...new Set(asked.map(({ agentId }) => agentId))];
  const { rows } = await sql<Found>`
    select agent.*, template.organization_id as template_organization_id, template.kind as template_kind,
      template.version as template_version, version.prompt, version.input_schema, version.output_schema, version.default_configuration,
      coalesce(policy.execution_policy, version.execution_policy) as execution_policy
    from agents as agent
    left join templates as template
      on template.id = agent.template_id and template.organization_id in (agent.organization_id, ${builtInOrganization})
    left join template_versions as version
      on version.organization_id = template.organization_id and version.template_id = template.id and version.version = template.version
    left join template_policies as policy
      on policy.template_id = template.id and policy.organization_id = agent.organization_id and policy.mode = agent.mode
    where agent.organization_id = ${asked[0]?.organizationId} and agent.id = any(${ids}::bigint[])
      and agent.deleted_at is null`.execute(db);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return asked.map(({ agentId }) => byId.get(agentId));
}

function splitRow(found: Found | undefined): { agent: AgentRow; template: DefinedTemplate | undefined } {
  if (found === undefined) throw agentNotFound();
  const { template_organization_id: owner, template_kind: kind, template_version: version, ...more } = found;
  const { prompt, input_schema, output_schema, default_configuration, execution_policy, ...agent } = more;
  if (agent.template_id === null) return { agent, template: undefined };
  if (owner === null || kind === null || version === null) throw new Error('the template of an agent is gone');
  const template = {
    ...{ id: agent.template_id, organization_id: owner, kind, version, prompt, input_schema, output_schema },
    default_configuration: default_configuration ?? '{}',
    execution_policy: execution_policy ?? '{}',
  };
  return { agent, template };
}

const merged = createRecent(500, (texts): JsonObject => {
  const [template = '{}', own = '{}'] = texts.split(separator);
  return { ...storedObject(template), ...storedObject(own) };
});

/** Separates two JSON texts. PostgreSQL stores no NUL, so neither text contains the separator. */
const separator = '\u0000';

/**
 * Merges the agent's configuration over the template's configuration. Equal configuration texts return one cached
 * object.
 */
export function mergedConfiguration(
  template: Pick<TemplateRow, 'default_configuration'> | undefined,
  own: string,
): JsonObject {
  return merged(`${template?.default_configuration ?? '{}'}${separator}${own}`);
}

function workOf(
  code: CodeRegistry,
  { agent, template, configuration }: Pick<AgentDefinition, 'agent' | 'template' | 'configuration'>,
): Work {
  if (agent.workflow_id !== null) return { kind: 'workflow', workflowId: agent.workflow_id };
  const kind = template?.kind ?? 'code';
  if (kind === 'scorer' || kind === 'router' || kind === 'llm') return { kind };
  const { code_id: named } = configuration;
  const codeId = agent.code_id ?? (typeof named === 'string' ? named : '');
  const found = code.get(codeId);
  if (found === undefined) return { kind: 'missing_code', codeId };
  return found.kind === 'built_in'
    ? { kind: 'built_in_code', codeId, code: found }
    : { kind: 'remote_code', codeId, code: found };
}
