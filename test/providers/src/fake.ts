import type { ProviderKey } from '@drippulse/providers';

/** A request as received: `path` from the root of its host, still encoded, and the body as text. */
export type FakeRequest = {
  method: string;
  host: string;
  path: string;
  query: readonly (readonly [name: string, value: string])[];
  /** By name in lower case. */
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

/** A request that matches the description, as passed to an operation of a fake. */
export type FakeCall<State> = {
  /** Parameters of the path, decoded. */
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  /** The JSON or form of the body, in the type of the description, which an operation may assert. */
  body: unknown;
  /** The text of the body. */
  text: string;
  /** The path, still encoded. */
  path: string;
  state: State;
  /** Counts a real effect by name. A repeated effect has the same name. */
  happened(effect: string): void;
};

/** A stand-in for a provider: its state, and a function for each operation of its description. */
export type Fake<State> = {
  key: ProviderKey;
  makeState(): State;
  /** Adds the objects that the examples of the actions refer to, such as the message to be updated. */
  addExamples?(state: State): void;
  /** The answer to a request without a token, or with a refused one. */
  unauthorized: FakeAnswer;
  /** Header names in lower case that the provider accepts in addition to those of the description. */
  headers?: readonly string[];
  /** Names in the query that every operation accepts in addition to those of the description. */
  query?: readonly string[];
  /** By method and path of the description, such as `POST /chat.postMessage`. */
  operations: Readonly<Record<string, (call: FakeCall<State>) => FakeAnswer>>;
};

/** Defines a fake. The type of its state follows from `makeState`. */
export function defineFake<State>(fake: Fake<State>): Fake<State> {
  return fake;
}
