import { type LockRevision, lockRevision } from '@drippulse/writes';
import type { DB } from '../../db/schema.ts';
import { userIdOf } from './own-row.ts';

/** Locks the row of the calling user for `If-Match`. */
export const lockNotificationsRevision: LockRevision<DB> = (trx, caller) =>
  lockRevision<DB>('memberships')(trx, caller, userIdOf(caller));
