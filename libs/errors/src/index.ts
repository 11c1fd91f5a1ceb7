export { DomainError, type DomainErrorOptions, type ErrorKind, errorKinds, type Violation } from './errors.ts';
export { refuseViolations } from './refuse-violations.ts';
export { isShortage, shortageError } from './shortage.ts';
