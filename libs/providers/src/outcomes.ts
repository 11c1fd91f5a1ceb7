/** What the customer is told of an answer that is no success. All texts are the provider's, without credentials. */
export type Problem = {
  /** The provider's own code, or `http_<status>`. */
  code: string;
  /** What went wrong, as a sentence. */
  message: string;
  /** The field that the provider names, by its name there. */
  field?: string;
  /** The provider's id of the request, for its support. */
  requestId?: string;
};

/**
 * What an answer means. Status codes alone decide wrongly at each of the ten providers, so each has its own rules;
 * callers decide by the class alone.
 *
 * - `ok`: it was done. `done`: it was so already.
 * - `rate_limited`: nothing was done; again after a pause, which is no attempt.
 * - `temporary`: nothing was done; again with the same key.
 * - `unknown`: it may have been done; again only where a repeat is safe.
 * - `permanent`: the request is wrong; never again.
 * - `permission`: the connection may not do this: a scope, a plan, a membership is missing.
 * - `credentials`: the credentials are refused: one refresh and one repeat, then the connection needs a person.
 * - `operator`: the client id, secret or app of the operator is refused; no customer can mend it.
 * - `per_record`: some records of a batch were refused; the action says which.
 */
export type Verdict =
  | { class: 'ok' | 'done' }
  | {
      class: 'rate_limited' | 'temporary';
      problem: Problem;
      /** Milliseconds after which the provider asks to be called again, where it says so. */
      retryAfterMs?: number;
    }
  | { class: 'unknown' | 'permanent' | 'permission' | 'credentials' | 'operator' | 'per_record'; problem: Problem };

export type VerdictClass = Verdict['class'];

export const verdictClasses = [
  'ok',
  'done',
  'rate_limited',
  'temporary',
  'unknown',
  'permanent',
  'permission',
  'credentials',
  'operator',
  'per_record',
] as const satisfies readonly VerdictClass[];

/** A result that an action makes itself of an answer that was `ok`: such as a batch of one whose record was refused. */
export class ActionRefusal extends Error {
  readonly verdict: Exclude<Verdict, { class: 'ok' | 'done' }>;

  constructor(verdict: Exclude<Verdict, { class: 'ok' | 'done' }>) {
    super(verdict.problem.message);
    this.name = 'ActionRefusal';
    this.verdict = verdict;
  }
}
