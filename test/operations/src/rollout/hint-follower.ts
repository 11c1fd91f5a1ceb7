import { setTimeout as sleep } from 'node:timers/promises';
import { type EventStream, eventually, openEvents } from '@drippulse/testing';

/** A hint as a client receives it. */
export type ReadHint = { topic: string; id: string | null; kind: string };

/** A client that keeps a stream of hints open. When a stream ends, it reconnects from its last position. */
export type HintFollower = {
  /** Returns all hints so far. */
  hints(): ReadHint[];
  /** Returns the reasons that the platform gave for the ends of its streams. */
  ends(): string[];
  stop(): Promise<void>;
};

/** Default wait of a client before it reconnects, as in `EventSource`. */
const defaultRetryMs = 2_000;

export async function followHints(
  url: string,
  { topics, token }: { topics: readonly string[]; token: string },
): Promise<HintFollower> {
  const stopped = new AbortController();
  const before: EventStream['events'] = [];
  let lastId: string | undefined;
  let stream = await open();
  // Changes are reported only from the first position on, so the follower waits for that position.
  await eventually(() => expectPosition(stream));
  const following = follow();

  function open(): Promise<EventStream> {
    return openEvents(`${url}/api/v1/stream?topics=${topics.join()}`, {
      token,
      ...(lastId !== undefined && { lastId }),
    });
  }

  async function follow(): Promise<void> {
    for (;;) {
      await stream.ended;
      before.push(...stream.events.splice(0));
      lastId = stream.lastId();
      await sleep(stream.retryMs() ?? defaultRetryMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      stream = await untilOpen();
    }
  }

  /**
   * Opens a stream. Repeats refused attempts, because a stopping process refuses new streams, and the balancer notices
   * the stop only later.
   */
  async function untilOpen(): Promise<EventStream> {
    return eventually(open, { timeoutMs: 30_000 });
  }

  const all = () => [...before, ...stream.events];
  return {
    hints: () => all().flatMap(({ event, data }) => (event === 'message' ? [data] : [])),
    ends: () => all().flatMap(({ event, data }) => (event === 'end' ? [data.error] : [])),
    async stop() {
      stopped.abort();
      stream.close();
      await following;
    },
  };
}

function expectPosition(stream: EventStream): void {
  if (stream.lastId() === '') throw new Error('the stream has no position yet');
}
