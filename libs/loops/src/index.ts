export { type Clock, systemClock } from './clock.ts';
export { limitConcurrency } from './concurrency.ts';
export { type FailedJob, failedJobs, isFailedJob } from './failed-jobs.ts';
export { isLoopRun, type Loop, type LoopLog, type LoopRun, loopRuns, startLoop } from './loop.ts';
export { createPace } from './pace.ts';
export { yieldToEventLoop } from './yield-to-event-loop.ts';
