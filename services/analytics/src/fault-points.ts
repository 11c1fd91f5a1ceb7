/**
 * Points at which tests kill the process: the facts are not committed yet, or are, while their events count as
 * unhandled; a rebuild has marked the days of a page of organizations.
 */
export type FaultPoint = 'before-facts-commit' | 'after-facts-commit' | 'after-days-marked';

export type Fault = (point: FaultPoint) => Promise<void>;
