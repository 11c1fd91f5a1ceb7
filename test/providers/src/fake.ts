import type { ProviderKey } from '@drippulse/providers';

/** A request as it arrived: `path` from the root of its host, still encoded, and the body as text. */
export type FakeRequest = {
  method: string;
  host: string;
  path: string;
  query: readonly (readonly [name: string, value: string])[];
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  text: string;
};

/** An answer: JSON as `body`, or `text`, or nothing. Default status: 200. */
export type FakeAnswer = {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  text?: string;
};

/** A request that passed the description, as an operation of a fake sees it. */
export type FakeCall<State> = {
  /** Of the path, decoded. */
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  /** The JSON or form of the body, as the description says it is: an operation may assert its type. */
  body: unknown;
  /** The text of the body. */
  text: string;
  /** The path, still encoded. */
  path: string;
  state: State;
  /** Counts something that would really happen, by a name that is the same when it happens twice. */
  happened(effect: string): void;
};

/** What stands in for a provider: state, and an operation for each that its description has. */
export type Fake<State> = {
  key: ProviderKey;
  makeState(): State;
  /** Puts there what the examples of the actions are about, such as the message that one updates. */
  addExamples?(state: State): void;
  /** The answer to a request without a token, or with one that is refused. */
  unauthorized: FakeAnswer;
  /** Header names that the provider takes beside those of the description, in lower case. */
  headers?: readonly string[];
  /** Names in the query that every operation takes, beside those of the description. */
  query?: readonly string[];
  /** By method and path of the description, such as `POST /chat.postMessage`. */
  operations: Readonly<Record<string, (call: FakeCall<State>) => FakeAnswer>>;
};

/** Defines a fake; the type of its state follows from `makeState`. */
export function defineFake<State>(fake: Fake<State>): Fake<State> {
  return fake;
}
