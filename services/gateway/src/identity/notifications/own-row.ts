import { DomainError } from '@drippulse/errors';
import type { Caller } from '@drippulse/rpc';

/** Id of the calling user. The methods accept users only, and every user of a session has a row. */
export function userIdOf({ actor }: Pick<Caller, 'actor'>): bigint {
  if (actor.type !== 'user') throw new DomainError('permission_denied', 'user_required', 'This needs a user.');
  return BigInt(actor.id);
}
