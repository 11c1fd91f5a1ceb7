import { createSuspensionsTable } from '@drippulse/service';
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createSuspensionsTable(db);
}
