import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/**
 * Deletes the refused and the held entries of a person. The rows are deleted, not emptied, because no other part of
 * them is worth keeping.
 */
export async function forgetEntries(
  trx: Transaction<DB>,
  { organizationId, refs, emails }: { organizationId: bigint; refs: readonly string[]; emails: readonly string[] },
): Promise<void> {
  const lower = emails.map((email) => email.trim().toLowerCase());
  for (const table of ['refused_entries', 'held_entries']) {
    await sql`
      delete from ${sql.table(table)}
      where organization_id = ${organizationId} and (
        (left(email, 64) = any(select left(given, 64) from unnest(${lower}::text[]) as given) and btrim(email) = any(${lower}::text[]))
        or (left(lead_ref, 64) = any(select left(given, 64) from unnest(${refs}::text[]) as given) and lead_ref = any(${refs}::text[]))
      )`.execute(trx);
  }
}
