/** The problem of an unsuccessful answer, for the customer. All texts are the provider's, without credentials. */
export type Problem = {
  /** The provider's own code, or `http_<status>`. */
  code: string;
  /** Description of the problem, as a sentence. */
  message: string;
  /** The field that the provider names, by the provider's name. */
  field?: string;
  /** The provider's id of the request, for its support. */
  requestId?: string;
};

/**
 * The meaning of an answer. Status codes alone mislead at each of the ten providers, so each has its own rules. Callers
 * decide by the class alone.
 *
 * - `ok`: it was done. `done`: it had been done already.
 * - `rate_limited`: nothing was done; retry after a pause, which does not count as an attempt.
 * - `temporary`: nothing was done; retry with the same key.
 * - `unknown`: it may have been done; retry only if a repeat is safe.
 * - `permanent`: the request is wrong; never retry.
 * - `permission`: the connection may not do this: a scope, a plan, a membership is missing.
 * - `credentials`: the credentials are refused: one refresh and one repeat, then the connection needs a person.
 * - `operator`: the client id, secret or app of the operator is refused; no customer can fix it.
 * - `per_record`: some records of a batch were refused; the action says which.
 */
export type Verdict =
  | { class: 'ok' | 'done' }
  | {
      class: 'rate_limited' | 'temporary';
      problem: Problem;
      /** Milliseconds after which the provider asks to be called again, if it names them. */
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

/** A refusal that an action finds inside an `ok` answer, such as a batch of one whose record was refused. */
export class ActionRefusal extends Error {
  readonly verdict: Exclude<Verdict, { class: 'ok' | 'done' }>;

  constructor(verdict: Exclude<Verdict, { class: 'ok' | 'done' }>) {
    super(verdict.problem.message);
    this.name = 'ActionRefusal';
    this.verdict = verdict;
  }
}
