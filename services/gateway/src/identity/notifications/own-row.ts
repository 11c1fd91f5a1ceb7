import { DomainError } from '@drippulse/errors';
import type { Caller } from '@drippulse/rpc';

/** Returns the id of the calling user. The methods accept only users, and every user of a session has a row. */
export function userIdOf({ actor }: Pick<Caller, 'actor'>): bigint {
  if (actor.type !== 'user') throw new DomainError('permission_denied', 'user_required', 'This needs a user.');
  return BigInt(actor.id);
}
