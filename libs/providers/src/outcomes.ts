/**
 * The problem in an unsuccessful answer, for the customer. All texts come from the provider and contain no credentials.
 */
export type Problem = {
  /** The provider's own code, or `http_<status>`. */
  code: string;
  /** Description of the problem, as a sentence. */
  message: string;
  /** The field that the answer names, by the provider's name for it. */
  field?: string;
  /** The id that the provider gave the request, for the provider's support. */
  requestId?: string;
};

/**
 * The meaning of an answer. Status codes alone mislead at each of the ten providers, so each provider has its own
 * rules. Callers decide by the class alone.
 *
 * - `ok`: the request was done. `done`: it had already been done before.
 * - `rate_limited`: nothing was done; retry after a pause, which does not count as an attempt.
 * - `temporary`: nothing was done; retry with the same key.
 * - `unknown`: the request may have been done; retry only if a repeat is safe.
 * - `permanent`: the request is wrong; never retry.
 * - `permission`: the connection lacks a scope, a plan or a membership that the request needs.
 * - `credentials`: the credentials are refused. After one refresh and one repeat, a person must reconnect.
 * - `operator`: the client id, secret or app of the operator is refused; no customer can fix this.
 * - `per_record`: some records of a batch were refused; the action says which.
 */
export type Verdict =
  | { class: 'ok' | 'done' }
  | {
      class: 'rate_limited' | 'temporary';
      problem: Problem;
      /** Milliseconds after which the provider wants to be called again, if its answer says so. */
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

/** A refusal that an action finds inside an `ok` answer, such as a batch with one record that was refused. */
export class ActionRefusal extends Error {
  readonly verdict: Exclude<Verdict, { class: 'ok' | 'done' }>;

  constructor(verdict: Exclude<Verdict, { class: 'ok' | 'done' }>) {
    super(verdict.problem.message);
    this.name = 'ActionRefusal';
    this.verdict = verdict;
  }
}
