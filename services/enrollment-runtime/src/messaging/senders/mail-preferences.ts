import type { Context } from '../../context.ts';
import { findSender, type StoredCategory } from './sender-rows.ts';

/**
 * Reads the values of the organization that an unsubscribe page shows: the name of its sender, and its categories of
 * mails.
 */
export async function mailPreferences(
  { db }: Pick<Context, 'db'>,
  organizationId: bigint,
): Promise<{ fromName: string | undefined; categories: StoredCategory[] }> {
  const row = await findSender(db.kysely, organizationId);
  // This service stored the JSON.
  const categories = row === undefined ? [] : (JSON.parse(row.categories) as StoredCategory[]);
  return { fromName: row?.from_name ?? undefined, categories };
}
