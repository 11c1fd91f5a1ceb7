import type { Sealer } from '@drippulse/db';
import { compileDefinition, type Definition } from '@drippulse/engine';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { openSteps } from './sealed-steps.ts';
import { openSettings } from './settings.ts';

/** The compiled versions of workflows, with their credentials. A version never changes, so the cache never expires. */
export type Definitions = {
  /**
   * Within a transaction give it as `on`: many transactions that each wait for a further connection would wait for each other.
   */
  get(workflowId: bigint, version: number, on?: Kysely<DB>): Promise<Definition>;
};

/** Versions in the cache. The least recently used one is dropped first. */
const kept = 500;

export function createDefinitions(db: Kysely<DB>, sealer: Sealer): Definitions {
  const cache = new Map<string, Promise<Definition>>();
  return {
    get(workflowId, version, on = db) {
      const key = `${workflowId}:${version}`;
      const definition = cache.get(key) ?? load(on, sealer, workflowId, version);
      cache.delete(key);
      cache.set(key, definition);
      definition.catch(() => cache.delete(key));
      for (const oldest of cache.keys()) {
        if (cache.size <= kept) break;
        cache.delete(oldest);
      }
      return definition;
    },
  };
}

async function load(db: Kysely<DB>, sealer: Sealer, workflowId: bigint, version: number): Promise<Definition> {
  const { rows } = await sql<{ steps: string; sealed: Buffer | null; settings: string }>`
    select steps, sealed, settings from workflow_versions where workflow_id = ${workflowId} and version = ${version}`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`version ${version} of workflow ${workflowId} is not known here`);
  const steps = openSteps(sealer, workflowId, row);
  return compileDefinition({
    workflowId: String(workflowId),
    version,
    steps,
    settings: openSettings(row.settings, steps),
  });
}
