/** The cause that an enrollment belongs to. One that follows from nothing else is a cause itself. */
export function causeOfEnrollment(enrollment: { cause: string | null; workflowId: bigint; id: bigint }): string {
  return enrollment.cause ?? `enrollment:${enrollment.workflowId}:${enrollment.id}`;
}
