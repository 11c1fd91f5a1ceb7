import { type Channel, channel } from 'node:diagnostics_channel';

/** A job that the process gave up on, as a message of the channel. */
export type FailedJob = { kind: string };

/** Publishes a FailedJob for every job that the process gave up on; metrics count them. */
export const failedJobs: Channel = channel('drippulse:failed-jobs');

export function isFailedJob(message: unknown): message is FailedJob {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
