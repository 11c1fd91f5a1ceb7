import type { FakeAnswer } from './fake.ts';

/** What a script of failures knows of a request. */
export type Asked = {
  /** Counts the requests to the provider from 0. */
  index: number;
  /** Such as `POST /chat.postMessage`. */
  operation: string;
  body: unknown;
};

/**
 * Something that goes wrong with a request. It is answered by `status`, `headers`, `body` or `text`, or its connection
 * is `reset`, or it gets no answer at all (`hang`). A failure with none of these is answered as always, after
 * `delayMs`.
 */
export type Failure = FakeAnswer & {
  /** The operation that it is about. Default: every one. */
  operation?: string;
  /** The requests that it is about. Default: all. */
  when?(asked: Asked): boolean;
  /** The number of requests that it happens to. Default: 1. */
  times?: number;
  /** Whether the provider does what was asked before the failure, so that only the answer is lost. Default: false. */
  happens?: boolean;
  reset?: true;
  hang?: true;
  delayMs?: number;
};

/** The failures that are still to come. */
export function makeScript() {
  let waiting: { failure: Failure; left: number }[] = [];
  return {
    add(failures: readonly Failure[]): void {
      waiting.push(...failures.map((failure) => ({ failure, left: failure.times ?? 1 })));
    },
    /** The failure of a request: the first that is about it. */
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

/** Whether a failure has an answer of its own. */
export function hasAnswer({ status, body, text }: Failure): boolean {
  return status !== undefined || body !== undefined || text !== undefined;
}
