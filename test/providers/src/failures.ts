import type { FakeAnswer } from './fake.ts';

/** The facts about a request that determine which failure is used for it. */
export type Asked = {
  /** Number of earlier requests to the provider. */
  index: number;
  /** Method and path of the operation, such as `POST /chat.postMessage`. */
  operation: string;
  body: unknown;
};

/**
 * A failure of a request. It may have a response of its own (`status`, `headers`, `body` or `text`), close the
 * connection (`reset`), or send no response (`hang`). If it has none of these members, the request gets the normal
 * response after `delayMs`.
 */
export type Failure = FakeAnswer & {
  /** The operation that fails. Default: every operation. */
  operation?: string;
  /** Whether a request fails. Default: every request does. */
  when?(asked: Asked): boolean;
  /** Number of requests that fail. Default: 1. */
  times?: number;
  /** Whether the request takes effect, so that only its response is lost. Default: false. */
  happens?: boolean;
  reset?: true;
  hang?: true;
  delayMs?: number;
};

/** Creates a queue of pending failures. */
export function makeScript() {
  let waiting: { failure: Failure; left: number }[] = [];
  return {
    add(failures: readonly Failure[]): void {
      waiting.push(...failures.map((failure) => ({ failure, left: failure.times ?? 1 })));
    },
    /** Returns the first failure that matches a request, and removes it if it has been used `times` times. */
    take(asked: Asked): Failure | undefined {
      const found = waiting.find(
        ({ failure: { operation, when } }) =>
          (operation === undefined || operation === asked.operation) && (when === undefined || when(asked)),
      );
      if (found === undefined) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting = waiting.filter((one) => one !== found);
      return found.failure;
    },
    clear(): void {
      waiting = [];
    },
  };
}

/** Whether a failure has a response of its own. */
export function hasAnswer({ status, body, text }: Failure): boolean {
  return status !== undefined || body !== undefined || text !== undefined;
}
