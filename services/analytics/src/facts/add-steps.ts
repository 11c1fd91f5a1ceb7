import { toBinary } from '@bufbuild/protobuf';
import { StepsCountedSchema } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { sql, type Transaction } from 'kysely';
import { factHours } from '../db/partitions.ts';
import type { DB } from '../db/schema.ts';
import { addSums } from '../rollups/add-sums.ts';
import { stepSums, stepSumsTable } from '../rollups/step-sums.ts';
import type { StepFact } from './step-fact.ts';

/**
 * Writes counts of steps, and adds the new ones to the rollups, in the caller's transaction. This transaction must have
 * locked the organizations (`lockOrganizations`). A repeated event changes nothing. Counts of entry days beyond the
 * retention are left out.
 */
export async function addSteps(trx: Transaction<DB>, given: readonly StepFact[]): Promise<void> {
  // Removes duplicates. A batch may contain an event twice, and the insert identifies new rows by the key alone.
  const facts = [...Map.groupBy(given, keyOf).values()].flatMap(([first]) => first ?? []);
  const { rows } = await sql<{ organization_id: bigint; at: Date; id: string }>`
    insert into step_facts (organization_id, at, id, counts)
    select * from unnest(
      ${facts.map(({ organizationId }) => organizationId)}::bigint[], ${facts.map(({ at }) => at)}::timestamptz[],
      ${facts.map(({ id }) => id)}::uuid[],
      ${facts.map(({ counts }) => Buffer.from(toBinary(StepsCountedSchema, counts)))}::bytea[])
      as given (organization_id, at, id, counts)
    where given.at >= now() - make_interval(hours => ${sql.lit(factHours)})
    on conflict do nothing
    returning organization_id, at, id`.execute(trx);
  const fresh = new Set(rows.map(({ organization_id: organizationId, at, id }) => keyOf({ organizationId, at, id })));
  const sums = facts
    .filter((fact) => fresh.has(keyOf(fact)))
    .flatMap(({ organizationId, counts }) => stepSums(organizationId, counts));
  if (sums.length === 0) return;
  await sql`with sums as (${stepSumsTable(sums)}), ${addSums('sums')} select`.execute(trx);
}

function keyOf({ organizationId, at, id }: Pick<StepFact, 'organizationId' | 'at' | 'id'>): string {
  return `${organizationId} ${at.getTime()} ${id}`;
}
