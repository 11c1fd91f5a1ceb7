/**
 * Points at which tests kill the process: before or after the commit of facts whose events are not yet marked as
 * handled, and after a rebuild has marked the days of a page of organizations.
 */
export type FaultPoint = 'before-facts-commit' | 'after-facts-commit' | 'after-days-marked';

export type Fault = (point: FaultPoint) => Promise<void>;
