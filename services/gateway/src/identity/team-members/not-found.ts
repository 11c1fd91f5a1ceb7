import { DomainError } from '@drippulse/errors';

/** Also thrown for a member of another organization. */
export function memberNotFound(): DomainError {
  return new DomainError('not_found', 'team_member_not_found', 'There is no team member with this id.');
}
