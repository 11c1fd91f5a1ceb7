import { subscribe } from 'node:diagnostics_channel';
import { failedJobs, isFailedJob, isLoopRun, loopRuns } from '@drippulse/loops';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { counter, histogram } from './instruments.ts';

/** Holds what belongs to the process and to no single service: connection pools, loops, jobs, and Node itself. */
export const processMetrics: Registry = new Registry();

/** Of the timer whose lateness is the lag of the event loop: at Node's own 10 ms it takes most of what an idle process does. */
const lagResolutionMs = 50;

let isMeasuring = false;

/** Measures loops, jobs and Node from now on; before, and in processes that nobody scrapes, they cost nothing. */
export function measureProcess(): void {
  if (isMeasuring) return;
  isMeasuring = true;
  collectDefaultMetrics({ register: processMetrics, eventLoopMonitoringPrecision: lagResolutionMs });
  const durations = histogram(processMetrics, 'drippulse_loop_run_duration_seconds');
  subscribe(loopRuns.name, (run) => {
    if (isLoopRun(run)) durations.observe({ loop: run.loop, result: run.result }, run.durationMs / 1000);
  });
  const failed = counter(processMetrics, 'drippulse_jobs_failed_total');
  subscribe(failedJobs.name, (job) => {
    if (isFailedJob(job)) failed.inc({ kind: job.kind });
  });
}
