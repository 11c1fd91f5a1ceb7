import { DomainError } from '@drippulse/runtime';

export function notFound(): DomainError {
  return new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
}
