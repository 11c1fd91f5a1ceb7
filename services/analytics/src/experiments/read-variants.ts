import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { holdout } from '../funnels/read-cohort.ts';
import { partsOf } from '../measures/parts.ts';
import { type Scope, scopeConditions } from '../measures/read-totals.ts';
import type { Period } from '../periods/period.ts';
import { stepKinds } from '../rollups/kinds.ts';
import type { Outcome } from './compare.ts';

/** The outcomes of enrollments that entered in a period. */
export type Outcomes = {
  all: Outcome;
  heldOut: Outcome;
  /** Outcomes by the id of the split, and then by the name of the variant. */
  splits: Map<string, Map<string, Outcome>>;
  /** Number of people by the id of the split, by the version that assigned them, and by the name of the variant. */
  given: Map<string, Map<number, Map<string, number>>>;
};

type Row = { kind: number; version: number; variant: string; count: bigint };

/** Reads how many people got each variant of a workflow, and how many of these people met a goal. */
export async function readOutcomes(
  db: Kysely<DB>,
  scope: Scope,
  { period, timezone, goal }: { period: Period; timezone: string; goal: string },
): Promise<Outcomes> {
  const isOfScope = scopeConditions(
    scope,
    sql`(kind = ${stepKinds.people} or (kind = ${stepKinds.goal} and key = ${goal}))`,
  );
  const columns = sql`kind, version, variant, count`;
  const parts = await partsOf(db, [period], timezone, { columns, areOfScope: [isOfScope] });
  const { rows } = await sql<Row>`
    select kind, version, variant, sum(count)::bigint as count from (${parts}) as part group by 1, 2, 3`.execute(db);
  const outcomes: Outcomes = { all: none(), heldOut: none(), splits: new Map(), given: new Map() };
  for (const row of rows) add(outcomes, row);
  return outcomes;
}

function add({ all, heldOut, splits, given }: Outcomes, { kind, version, variant, count }: Row): void {
  const part = kind === stepKinds.people ? 'people' : 'conversions';
  if (variant === '') all[part] += Number(count);
  if (variant === holdout) heldOut[part] += Number(count);
  const colon = variant.indexOf(':');
  if (colon === -1) return;
  const [splitId, name] = [variant.slice(0, colon), variant.slice(colon + 1)];
  const outcome = getOrAdd(
    getOrAdd(splits, splitId, () => new Map()),
    name,
    none,
  );
  outcome[part] += Number(count);
  if (part === 'conversions') return;
  const people = getOrAdd(
    getOrAdd(given, splitId, () => new Map()),
    version,
    () => new Map(),
  );
  people.set(name, (people.get(name) ?? 0) + Number(count));
}

const none = (): Outcome => ({ people: 0, conversions: 0 });

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
