import { fromBinary } from '@bufbuild/protobuf';
import { StepsCountedSchema } from '@drippulse/proto/drippulse/enrollments/v1/steps_pb';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { factKinds, stepKinds } from './kinds.ts';
import { replaceSums } from './replace-sums.ts';
import { resumDays } from './resum-days.ts';
import type { Span } from './span.ts';
import { type StepSum, startAddingUp, stepSums, stepSumsTable } from './step-sums.ts';
import { sumsOfFacts } from './sums-of-facts.ts';

const kinds = [...Object.values(factKinds), ...Object.values(stepKinds)];
/** Maximum number of events about steps that are read at a time. */
const pageEvents = 500;

/**
 * Recounts days (UTC) of an organization from their facts, in both rollups. The caller must have locked the
 * organization.
 */
export async function recountDays(trx: Transaction<DB>, organizationId: bigint, days: Span): Promise<void> {
  const { from, until } = days;
  const isOf = (table: string) =>
    sql`${sql.id(table)}.organization_id = ${organizationId} and ${sql.id(table)}.at >= ${from} and ${sql.id(table)}.at < ${until}`;
  const ofSteps = await stepSumsOfDays(trx, organizationId, days);
  await replaceSums(trx, 'rollup_quarters', {
    isReplaced: sql`${isOf('kept')} and kept.kind = any(${kinds}::smallint[])`,
    sums: sql`(${sumsOfFacts('facts', isOf('fact'))}) union all ${stepSumsTable(ofSteps)}`,
  });
  await resumDays(trx, organizationId, days);
}

/** Sums the counts at steps, for the enrollments that entered within a period. */
async function stepSumsOfDays(trx: Transaction<DB>, organizationId: bigint, { from, until }: Span): Promise<StepSum[]> {
  const adding = startAddingUp();
  for (let after: { at: Date; id: string } | undefined; ; ) {
    let page = trx
      .selectFrom('step_facts')
      .select(['at', 'id', 'counts'])
      .where('organization_id', '=', organizationId)
      .where('at', '>=', after?.at ?? from)
      .where('at', '<', until);
    if (after !== undefined) page = page.where(sql<boolean>`(at, id) > (${after.at}, ${after.id}::uuid)`);
    const rows = await page.orderBy('at').orderBy('id').limit(pageEvents).execute();
    for (const { counts } of rows) adding.add(stepSums(organizationId, fromBinary(StepsCountedSchema, counts)));
    after = rows.at(-1);
    if (rows.length < pageEvents || after === undefined) return adding.sums();
  }
}
