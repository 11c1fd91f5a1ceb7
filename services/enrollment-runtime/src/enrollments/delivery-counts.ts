import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { type DeliveryCounts, noDeliveries } from './enrollment-row.ts';

/** Selects the counts of messages by outcome. */
export const countsByOutcome = sql`
  count(*) filter (where sent_at is not null)::int as sent,
  count(*) filter (where opened_at is not null)::int as opened,
  count(*) filter (where clicked_at is not null)::int as clicked,
  count(*) filter (where status = 'bounced')::int as bounced,
  count(*) filter (where status = 'failed')::int as failed`;

type CountsRow = DeliveryCounts & { enrollment_id: bigint };

/** Counts the messages of each enrollment by outcome. A bounced message counts as sent too. */
export async function deliveryCounts(
  db: Kysely<DB>,
  enrollmentIds: readonly bigint[],
): Promise<(enrollmentId: bigint) => DeliveryCounts> {
  const counts = new Map<bigint, DeliveryCounts>();
  if (enrollmentIds.length > 0) {
    const { rows } = await sql<CountsRow>`
      select enrollment_id, ${countsByOutcome}
      from deliveries where enrollment_id = any (${enrollmentIds}::bigint[])
      group by enrollment_id`.execute(db);
    for (const { enrollment_id, ...row } of rows) counts.set(enrollment_id, row);
  }
  return (enrollmentId) => counts.get(enrollmentId) ?? noDeliveries;
}
