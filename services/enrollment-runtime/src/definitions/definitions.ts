import type { Sealer } from '@drippulse/db';
import { readForAll } from '@drippulse/db';
import { compileDefinition, type Definition } from '@drippulse/engine';
import { createByteCache, type TurnQueue } from '@drippulse/loops';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { openSteps } from './sealed-steps.ts';
import { openSettings } from './settings.ts';

/** The versions of workflows, with their credentials and their compiled parts. A version never changes. */
export type Definitions = {
  /**
   * Returns the definition of a version. Within a transaction, pass the transaction as `on`: many transactions that
   * each wait for a further connection would wait for each other.
   */
  get(workflowId: bigint, version: number, on?: Kysely<DB>): Promise<Definition>;
  /**
   * Returns the number of bytes that the versions of one organization occupy; without an organization, that of all
   * versions.
   */
  bytes(organizationId?: bigint): number;
};

/**
 * Maximum size in bytes of the cached versions, for all organizations together and for each. The largest version takes
 * about 20 MiB; most take a thousandth of that.
 */
const ofAll = 48 << 20;
const ofEach = 16 << 20;

/**
 * Creates the cache, which keeps versions as long as there is room. A dropped version is read or compiled again when it
 * is next used. A run that is moving when its version is dropped keeps the version's definition, but none of its
 * compiled steps.
 */
export function createDefinitions(db: Kysely<DB>, sealer: Sealer, turns: TurnQueue): Definitions {
  const cache = createByteCache<Definition>({ ofAll, ofEach, drop: ({ compilation }) => compilation.drop() });
  const loading = new Map<string, Promise<Definition>>();

  async function load(key: string, version: Version, on: Kysely<DB>): Promise<Definition> {
    const row = await readVersion(on, version);
    return turns.run(row.organization, open(key, version, row));
  }

  /** Creates the definition in one turn of the event loop, then yields the amount of work that this took. */
  function* open(key: string, version: Version, row: VersionRow): Generator<number, Definition> {
    const definition = cache.keep(key, row.organization, (onGrow) => definitionOf(sealer, version, row, onGrow));
    yield definition.compilation.work;
    return definition;
  }

  return {
    async get(workflowId, version, on = db) {
      const key = `${workflowId}:${version}`;
      const kept = cache.find(key);
      if (kept !== undefined) return kept;
      // Other callers may wait for this load too, so its bytes do not count against the list request of any one caller.
      const loaded =
        loading.get(key) ?? readForAll(() => load(key, { workflowId, version }, on)).finally(() => loading.delete(key));
      loading.set(key, loaded);
      return loaded;
    },
    bytes: (organizationId) => cache.bytes(organizationId === undefined ? undefined : String(organizationId)),
  };
}

type Version = { workflowId: bigint; version: number };
type VersionRow = { organization: string; steps: string; sealed: Buffer | null; settings: string };

async function readVersion(db: Kysely<DB>, { workflowId, version }: Version): Promise<VersionRow> {
  const { rows } = await sql<VersionRow>`
    select coalesce(lanes.organization_id, 0)::text as organization, versions.steps, versions.sealed, versions.settings
    from workflow_versions as versions left join lanes using (workflow_id)
    where workflow_id = ${workflowId} and versions.version = ${version}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`version ${version} of workflow ${workflowId} is not known here`);
  return row;
}

function definitionOf(
  sealer: Sealer,
  { workflowId, version }: Version,
  row: VersionRow,
  onGrow: (bytes: number) => void,
): Definition {
  const steps = openSteps(sealer, workflowId, row);
  const settings = openSettings(row.settings, steps);
  return compileDefinition({ workflowId: String(workflowId), version, steps, settings, onGrow });
}
