/**
 * The problem in an unsuccessful response, for the customer. All texts were written by the provider and contain no
 * credentials.
 */
export type Problem = {
  /** The provider's own code, or `http_<status>`. */
  code: string;
  /** Description of the problem, as a sentence. */
  message: string;
  /** The field that the response names, under the provider's own name for the field. */
  field?: string;
  /** The id that the provider gave the request. The provider's support can find the request by it. */
  requestId?: string;
};

/**
 * The meaning of a response. Status codes alone mislead at each of the ten providers, so each provider has its own
 * rules. Callers decide by the class alone.
 *
 * - `ok`: the request was done. `done`: it had already been done before.
 * - `rate_limited`: nothing was done; retry after a pause, which does not count as an attempt.
 * - `temporary`: nothing was done; retry with an equal key.
 * - `unknown`: the request may have been done; retry only if a repeat is safe.
 * - `permanent`: the request is wrong; never retry.
 * - `permission`: the connection lacks a scope, a plan or a membership that the request needs.
 * - `credentials`: the credentials are refused. If they are refused again after one refresh and one repeat, a person
 *   must reconnect.
 * - `operator`: the client id, secret or app of the operator is refused; no customer can fix this.
 * - `per_record`: some records of a batch were refused; the action determines which.
 */
export type Verdict =
  | { class: 'ok' | 'done' }
  | {
      class: 'rate_limited' | 'temporary';
      problem: Problem;
      /** Milliseconds after which the provider accepts another call, if its response states them. */
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

/** A refusal that an action finds inside an `ok` response, such as a batch with one record that was refused. */
export class ActionRefusal extends Error {
  readonly verdict: Exclude<Verdict, { class: 'ok' | 'done' }>;

  constructor(verdict: Exclude<Verdict, { class: 'ok' | 'done' }>) {
    super(verdict.problem.message);
    this.name = 'ActionRefusal';
    this.verdict = verdict;
  }
}
