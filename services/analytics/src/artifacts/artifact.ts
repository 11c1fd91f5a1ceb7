/** Identifies the bytes of a report, as written by one try. `fence` is the fence of its job. */
export type Artifact = { organizationId: bigint; reportId: bigint; fence: bigint };

/** The job that writes an artifact. Its fence is that of the artifact. */
export type Writer = { jobId: bigint };

/** The name of an artifact of more than 16 MiB in its store. */
export function nameOf({ organizationId, reportId, fence }: Artifact): string {
  return `${organizationId}/${reportId}-${fence}`;
}
