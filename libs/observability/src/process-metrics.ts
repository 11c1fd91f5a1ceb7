import { subscribe } from 'node:diagnostics_channel';
import { failedJobs, isFailedJob, isLoopRun, loopRuns } from '@drippulse/loops';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { counter, histogram } from './instruments.ts';

/** The registry of the process: connection pools, loops, jobs, and Node itself. */
export const processMetrics: Registry = new Registry();

/**
 * Interval of the timer that measures event loop lag. At Node's default of 10 ms, this timer would take most of an idle
 * process's CPU time.
 */
const lagResolutionMs = 50;

let isMeasuring = false;

/**
 * Starts to measure loops, jobs and Node. A process that is not scraped never calls this function, so it has no cost.
 */
export function measureProcess(): void {
  if (isMeasuring) return;
  isMeasuring = true;
  collectDefaultMetrics({ register: processMetrics, eventLoopMonitoringPrecision: lagResolutionMs });
  const durations = histogram(processMetrics, 'drippulse_loop_run_duration_seconds');
  subscribe(loopRuns.name, (run) => {
    if (isLoopRun(run)) durations.observe({ loop: run.loop, result: run.result }, run.durationMs / 1000);
  });
  counter(processMetrics, 'drippulse_log_lines_dropped_total');
  const failed = counter(processMetrics, 'drippulse_jobs_failed_total');
  subscribe(failedJobs.name, (job) => {
    if (isFailedJob(job)) failed.inc({ kind: job.kind });
  });
}
