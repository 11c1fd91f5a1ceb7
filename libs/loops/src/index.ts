export { type Clock, systemClock } from './clock.ts';
export { limitConcurrency } from './concurrency.ts';
export { type FailedJob, failedJobs, isFailedJob } from './failed-jobs.ts';
export { isLoopRun, type Loop, type LoopLog, type LoopRun, loopRuns, startLoop } from './loop.ts';
export { createPace } from './pace.ts';
export { createShares, type Held, type ShareLimits, type Shares } from './shares.ts';
export { withTimeout } from './with-timeout.ts';
export { yieldToEventLoop } from './yield-to-event-loop.ts';
