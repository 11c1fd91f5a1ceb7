export { type Clock, systemClock } from './clock.ts';
export { limitConcurrency } from './concurrency.ts';
export { ConfigError, readEnv, textFor } from './env.ts';
export { DomainError, type DomainErrorOptions, type ErrorKind, errorKinds, type Violation } from './errors.ts';
export type { KafkaSettings } from './kafka-env.ts';
export { isLoopRun, type Loop, type LoopLog, loopRuns, startLoop } from './loop.ts';
export { type GrpcTls, type ProcessSettings, readProcessEnv } from './process-env.ts';
export { processStopped, runMain } from './run-main.ts';
