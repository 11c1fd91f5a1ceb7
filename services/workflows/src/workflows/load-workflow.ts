import type { DomainError } from '@drippulse/errors';
import DataLoader from 'dataloader';
import { CompiledQuery, type Kysely } from 'kysely';
import type { DB } from '../db/schema.ts';
import { notFound } from './not-found.ts';
import type { WorkflowRow } from './rows.ts';

/** Finds a workflow of an organization, with the steps of its current version. Throws `workflow_not_found`. */
export type LoadWorkflow = (organizationId: bigint, id: bigint) => Promise<WorkflowRow>;

type Key = { organizationId: bigint; id: bigint };

const maxBatch = 100;

/**
 * Creates a function that loads workflows. All workflows that are requested in one turn of the event loop are read with
 * one statement, at the end of the turn. Thus each caller sees every commit that preceded its call. Nothing is cached.
 */
export function workflowLoader(db: Kysely<DB>): LoadWorkflow {
  const loader = new DataLoader<Key, WorkflowRow>((keys) => read(db, keys), {
    cache: false,
    maxBatchSize: maxBatch,
    batchScheduleFn: (send) => void setImmediate(send),
  });
  return (organizationId, id) => loader.load({ organizationId, id });
}

/** The statement looks up each key in the primary keys of both tables. */
const statement = `
  select workflows.*, workflow_versions.steps, workflow_versions.sealed, workflow_versions.settings,
    asked.place::int
  from unnest($1::bigint[], $2::bigint[]) with ordinality as asked (organization_id, id, place)
  join workflows on workflows.id = asked.id and workflows.organization_id = asked.organization_id
  join workflow_versions
    on workflow_versions.workflow_id = workflows.id and workflow_versions.version = workflows.version
  where workflows.deleted_at is null`;

async function read(db: Kysely<DB>, keys: readonly Key[]): Promise<(WorkflowRow | DomainError)[]> {
  const parameters = [keys.map(({ organizationId }) => organizationId), keys.map(({ id }) => id)];
  const { rows } = await db.executeQuery<WorkflowRow & { place: number }>(CompiledQuery.raw(statement, parameters));
  const found = new Map(rows.map((row) => [row.place, row]));
  return keys.map((_, index) => found.get(index + 1) ?? notFound());
}
