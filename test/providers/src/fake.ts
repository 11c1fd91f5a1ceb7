import type { ProviderKey } from '@drippulse/providers';

/** A request in the form in which a fake receives it. `path` starts at the root of the host and is still encoded. */
export type FakeRequest = {
  method: string;
  host: string;
  path: string;
  query: readonly (readonly [name: string, value: string])[];
  /** Headers by name in lower case. */
  headers: Readonly<Record<string, string>>;
  text: string;
};

/** A response with JSON as `body`, with text as `text`, or with an empty body. Default status: 200. */
export type FakeAnswer = {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  text?: string;
};

/** A request that matches the description, in the form in which an operation of a fake gets it. */
export type FakeCall<State> = {
  /** Parameters of the path, decoded. */
  parameters: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string>>;
  /** The JSON or form in the body. It was checked against the description, so an operation may assert its type. */
  body: unknown;
  /** The text of the body. */
  text: string;
  /** The path, still encoded. */
  path: string;
  state: State;
  /** Counts an effect that really happened, by its name. If an effect happens again, the same name must be used. */
  happened(effect: string): void;
};

/** A fake of a provider: its state, and a function for each operation in the provider's description. */
export type Fake<State> = {
  key: ProviderKey;
  makeState(): State;
  /** Adds the objects that the examples of the actions use, such as the message that an example updates. */
  addExamples?(state: State): void;
  /** The response to a request whose token is missing or refused. */
  unauthorized: FakeAnswer;
  /** Names in lower case of headers that the provider accepts in addition to those of the description. */
  headers?: readonly string[];
  /** Names of query parameters that every operation accepts in addition to those of the description. */
  query?: readonly string[];
  /** Functions by method and path of the operation, such as `POST /chat.postMessage`. */
  operations: Readonly<Record<string, (call: FakeCall<State>) => FakeAnswer>>;
};

/** Defines a fake. TypeScript infers the type of its state from `makeState`. */
export function defineFake<State>(fake: Fake<State>): Fake<State> {
  return fake;
}
