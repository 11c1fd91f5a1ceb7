import { addRevision } from '@drippulse/db';
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await addRevision(db, 'webhooks');
}
