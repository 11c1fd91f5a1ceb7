import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/**
 * Raises the revision of a row when an update changes any column except those in `apart`, even if the update changes
 * them too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'api_keys', { apart: ['last_used_at'] });
  await setApart(db, 'memberships', { apart: ['last_login_at'] });
  await setApart(db, 'sso_connections', { apart: ['tried_at'] });
}
