export { type Clock, systemClock } from './clock.ts';
export { limitConcurrency } from './concurrency.ts';
export { ConfigError, readEnv, textFor } from './env.ts';
export { DomainError, type DomainErrorOptions, type ErrorKind, errorKinds, type Violation } from './errors.ts';
export { type Loop, type LoopLog, startLoop } from './loop.ts';
export { runMain } from './run-main.ts';
