import { type Channel, channel } from 'node:diagnostics_channel';

/** A job that was given up, as whoever counts them is told. */
export type FailedJob = { kind: string };

/** Every job that a process gave up, as a FailedJob. */
export const failedJobs: Channel = channel('drippulse:failed-jobs');

export function isFailedJob(message: unknown): message is FailedJob {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
