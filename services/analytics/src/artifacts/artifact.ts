/**
 * Identifies the bytes that one attempt to make a report has written. `fence` is the fence of the job that wrote them.
 */
export type Artifact = { organizationId: bigint; reportId: bigint; fence: bigint };

/** The job that writes an artifact. Its fence is the fence of the artifact. */
export type Writer = { jobId: bigint };

/** Returns the file name of an artifact in its store. Only artifacts of more than 16 MiB are files. */
export function nameOf({ organizationId, reportId, fence }: Artifact): string {
  return `${organizationId}/${reportId}-${fence}`;
}
