import { DomainError } from '@drippulse/errors';

/** The answer for a member of another organization too. */
export function memberNotFound(): DomainError {
  return new DomainError('not_found', 'team_member_not_found', 'There is no team member with this id.');
}
