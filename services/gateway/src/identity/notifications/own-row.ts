import { DomainError } from '@drippulse/errors';
import type { Caller } from '@drippulse/rpc';

/** The id of the calling user. The methods take users only, and every user of a session has a row. */
export function userIdOf({ actor }: Pick<Caller, 'actor'>): bigint {
  if (actor.type !== 'user') throw new DomainError('permission_denied', 'user_required', 'This needs a user.');
  return BigInt(actor.id);
}
