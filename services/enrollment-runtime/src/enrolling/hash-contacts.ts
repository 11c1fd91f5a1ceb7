import { contactKeyOf, keyHash } from '@drippulse/engine';
import { sql } from 'kysely';
import type { Context } from '../context.ts';

const sliceRows = 500;

/** A place in the enrollments without a hash. */
export type HashedUpTo = { workflowId: bigint; id: bigint };

type Row = { workflow_id: bigint; id: bigint; lead_ref: string | null; email: string | null };

/**
 * Hashes the keys of the next contacts whose enrollments have none, so that re-entry counts them. An erasure that comes between
 * wins: an erased person has no hash. Returns the last one, or undefined at the end.
 */
export async function hashSlice(
  { db }: Pick<Context, 'db'>,
  { workflowId, id }: HashedUpTo,
): Promise<HashedUpTo | undefined> {
  const { rows } = await sql<Row>`
    select workflow_id, id, lead_ref, email from enrollments
    where contact_hash is null and erased_at is null and (lead_ref is not null or email is not null)
      and (workflow_id, id) > (${workflowId}, ${id})
    order by workflow_id, id limit ${sliceRows}`.execute(db.kysely);
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const hashed = rows.flatMap((row) => {
    const key = contactKeyOf({ lead_ref: row.lead_ref, email: row.email }, '');
    return key === '' ? [] : [{ workflowId: row.workflow_id, id: row.id, hash: keyHash(key) }];
  });
  await sql`
    update enrollments set contact_hash = hashed.hash
    from unnest(
      ${hashed.map((one) => one.workflowId)}::bigint[], ${hashed.map((one) => one.id)}::bigint[],
      ${hashed.map((one) => one.hash)}::bigint[]) as hashed (workflow_id, id, hash)
    where enrollments.workflow_id = hashed.workflow_id and enrollments.id = hashed.id
      and contact_hash is null and erased_at is null`.execute(db.kysely);
  return { workflowId: last.workflow_id, id: last.id };
}
