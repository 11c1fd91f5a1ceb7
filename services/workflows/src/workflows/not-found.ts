import { DomainError } from '@drippulse/errors';

export function notFound(): DomainError {
  return new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
}
