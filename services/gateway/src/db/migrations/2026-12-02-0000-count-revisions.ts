import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/**
 * Changes which updates raise the revision of a row: every update that changes a column outside of `apart` raises it;
 * an update that changes only columns in `apart` does not.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'api_keys', { apart: ['last_used_at'] });
  await setApart(db, 'memberships', { apart: ['last_login_at'] });
  await setApart(db, 'sso_connections', { apart: ['tried_at'] });
}
