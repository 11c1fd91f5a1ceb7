import { buildIndex } from '@drippulse/db';
import { type Kysely, sql } from 'kysely';

export const withoutTransaction = true;

/**
 * Links and bounces find their mail by its Message-ID, without the domain, which follows MAIL_FROM. A hash index: its entries are
 * eight bytes, and a mail adds one.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await buildIndex(db, 'deliveries_message_key_idx', sql`deliveries using hash (left(message_id, 41))`);
}
