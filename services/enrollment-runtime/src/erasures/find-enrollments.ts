import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { containsText, joinTexts } from '../enrollments/search-blocks.ts';
import { addressPart, patternOf } from '../enrollments/search-text.ts';
import type { ErasureInput, ErasurePlace } from './erasure-job.ts';

/** Finds the next workflow of the organization. Deleted workflows are included, because they still have enrollments. */
export async function nextWorkflow(
  trx: Transaction<DB>,
  organizationId: bigint,
  after: bigint,
): Promise<bigint | undefined> {
  const row = await trx
    .selectFrom('lanes')
    .select('workflow_id')
    .where('organization_id', '=', organizationId)
    .where('workflow_id', '>', after)
    .orderBy('workflow_id')
    .limit(1)
    .executeTakeFirst();
  return row?.workflow_id;
}

/**
 * Finds enrollments of a person in a workflow by reference or address, in the order of ids. It uses the indexes of
 * lists, workflow by workflow, because an index over the organization would add a cost to every enrollment.
 */
export async function findEnrollments(
  trx: Transaction<DB>,
  { refs, emails }: ErasureInput,
  o: { organizationId: bigint; place: ErasurePlace; limit: number },
): Promise<bigint[]> {
  const { workflowId, enrollmentId } = o.place;
  const parts = emails.flatMap((email) => addressPart(email) ?? []);
  const { rows } = await sql<{ id: bigint }>`
    select distinct id from (
      select id from enrollments
      where workflow_id = ${workflowId} and left(lead_ref, 64) = any(${refs}) and lead_ref = any(${refs})
        and id > ${enrollmentId} and organization_id = ${o.organizationId} and erased_at is null
      union all
      select addressed.id
      from unnest(${parts}::text[], ${parts.map(patternOf)}::text[]) as searched (part, pattern)
      cross join lateral (
        select e.id from enrollments as e ${joinTexts(workflowId)}
        where e.workflow_id = ${workflowId} and ${containsText(sql`part`, sql`pattern`)}
          and lower(btrim(e.email)) = any(${emails})
          and e.id > ${enrollmentId} and e.organization_id = ${o.organizationId} and e.erased_at is null
      ) as addressed
    ) as found
    order by id limit ${o.limit}`.execute(trx);
  return rows.map((row) => row.id);
}
