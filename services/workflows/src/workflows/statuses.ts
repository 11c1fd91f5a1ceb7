import { DomainError, type Violation } from '@drippulse/errors';
import { WorkflowStatus } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';

/** A status as stored in the table. */
export type Status = 'draft' | 'active' | 'paused' | 'archived';

const pairs: readonly (readonly [Status, WorkflowStatus])[] = [
  ['draft', WorkflowStatus.DRAFT],
  ['active', WorkflowStatus.ACTIVE],
  ['paused', WorkflowStatus.PAUSED],
  ['archived', WorkflowStatus.ARCHIVED],
];

export function statusToProto(text: string): WorkflowStatus | undefined {
  return pairs.find(([status]) => status === text)?.[1];
}

/** Converts a status, and refuses an unknown one. Null in a PATCH is read as undefined. */
export function statusFromProto(value: WorkflowStatus | undefined): Status {
  const pair = pairs.find(([, known]) => known === value);
  if (pair !== undefined) return pair[0];
  const violations: Violation[] = [
    {
      field: 'status',
      message: 'must be draft, active, paused or archived',
      code: 'enum',
      allowed: pairs.map(([known]) => known),
    },
  ];
  throw new DomainError('invalid', 'validation_failed', 'status must be draft, active, paused or archived', {
    violations,
  });
}
