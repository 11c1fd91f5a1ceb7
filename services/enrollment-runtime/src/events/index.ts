// The entry point of this folder. Other folders import from this file only.

export { type Acceptance, acceptEvents, longestChain, wakeForEvents } from './accept-events.ts';
export { checkEvent } from './check-event.ts';
export { eraseEvents } from './erase-events.ts';
export { digestOf, type IncomingEvent } from './event.ts';
export { acceptInParts, createIntake, type Intake } from './intake.ts';
export { loadTriggers } from './load-triggers.ts';
export { startForgetEventKeys, startSpreading } from './loops.ts';
export { eventPartitions } from './partitions.ts';
export { type Batch, readBatch } from './read-batch.ts';
export { findEvent, readEvents } from './read-events.ts';
export { waitForEvent } from './waits.ts';
