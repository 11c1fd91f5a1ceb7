import { compileDefinition, type Definition, type Step } from '@drippulse/engine';
import { parseJson } from '@drippulse/json';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The compiled versions of workflows. A version never changes, so the cache never expires. */
export type Definitions = {
  get(workflowId: bigint, version: number): Promise<Definition>;
};

/** Versions in the cache. The least recently used one is dropped first. */
const kept = 500;

export function createDefinitions(db: Kysely<DB>): Definitions {
  const cache = new Map<string, Promise<Definition>>();
  return {
    get(workflowId, version) {
      const key = `${workflowId}:${version}`;
      const definition = cache.get(key) ?? load(db, workflowId, version);
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

async function load(db: Kysely<DB>, workflowId: bigint, version: number): Promise<Definition> {
  const { rows } = await sql<{ steps: string }>`
    select steps from workflow_versions where workflow_id = ${workflowId} and version = ${version}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`version ${version} of workflow ${workflowId} is not known here`);
  return compileDefinition({ workflowId: String(workflowId), version, steps: parseSteps(row.steps) });
}

/** The steps that the workflows service stored. The engine normalised and checked them when they were saved. */
export function parseSteps(text: string): Step[] {
  return parseJson(text) as unknown as Step[];
}
