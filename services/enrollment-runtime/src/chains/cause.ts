/** Returns the cause that an enrollment belongs to. An enrollment that follows from nothing else is itself a cause. */
export function causeOfEnrollment(enrollment: { cause: string | null; workflowId: bigint; id: bigint }): string {
  return enrollment.cause ?? `enrollment:${enrollment.workflowId}:${enrollment.id}`;
}
