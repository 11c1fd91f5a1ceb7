import { addRevision } from '@drippulse/db';
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await addRevision(db, 'organizations');
  await addRevision(db, 'projects');
  await addRevision(db, 'users', { apart: ['last_login_at'] });
  await addRevision(db, 'api_keys', { apart: ['last_used_at'] });
}
