import { DomainError } from '@drippulse/errors';

/** Creates the error for an unknown member. It is also thrown for a member of a different organization. */
export function memberNotFound(): DomainError {
  return new DomainError('not_found', 'team_member_not_found', 'There is no team member with this id.');
}
