export {
  DomainError,
  type DomainErrorOptions,
  type ErrorKind,
  errorKinds,
  type Facts,
  type Violation,
  type ViolationCode,
  violationCodes,
} from './errors.ts';
export { refuseViolations } from './refuse-violations.ts';
export { isShortage, namesShortage, shortageError } from './shortage.ts';
