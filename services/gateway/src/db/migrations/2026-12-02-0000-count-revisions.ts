import { setApart } from '@drippulse/writes';
import type { Kysely } from 'kysely';

/** Counts every change of a row that shows: also one that an update makes together with a note. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await setApart(db, 'api_keys', { apart: ['last_used_at'] });
  await setApart(db, 'memberships', { apart: ['last_login_at'] });
  await setApart(db, 'sso_connections', { apart: ['tried_at'] });
}
