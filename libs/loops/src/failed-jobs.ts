import { type Channel, channel } from 'node:diagnostics_channel';

/** A job that the process no longer tries, as a message of the channel. */
export type FailedJob = { kind: string };

/** The channel with a FailedJob for every job that the process no longer tries. Metrics count these messages. */
export const failedJobs: Channel = channel('drippulse:failed-jobs');

export function isFailedJob(message: unknown): message is FailedJob {
  return typeof message === 'object' && message !== null && 'kind' in message;
}
