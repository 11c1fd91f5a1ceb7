import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** One server-sent event; `data` is parsed JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests read JSON of every shape
type StreamEvent = { event: string; id: string; data: any; atMs: number };

/**
 * A client of server-sent events that reads like `EventSource` (HTML Standard, 9.2), and keeps all events and comments.
 */
export type EventStream = {
  events: StreamEvent[];
  comments: string[];
  /** Returns the id to send as `Last-Event-ID`. */
  lastId(): string;
  /** Returns the milliseconds for which the server asks clients to wait before the next connection. */
  retryMs(): number | undefined;
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  close(): void;
};

/** Opens a stream. If the response is not a stream, throws its status and body. */
export async function openEvents(
  url: string,
  { token, lastId, headers = {} }: { token: string; lastId?: string; headers?: Record<string, string> },
): Promise<EventStream> {
  // `fetch` is not used, because after an abort it opens another connection and sends nothing on it. A stopping server
  // would wait for that connection.
  const asking = get(url, {
    agent: false,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(lastId !== undefined && { 'last-event-id': lastId }),
      ...headers,
    },
  });
  asking.on('error', () => undefined);
  // Node documents that this event has one argument, the response.
  const [answer]: [IncomingMessage] = (await once(asking, 'response')) as [IncomingMessage];
  const isStream = answer.statusCode === 200 && answer.headers['content-type']?.startsWith('text/event-stream');
  if (!isStream) throw new Error(`${answer.statusCode} ${await text(answer)}`);
  const events: StreamEvent[] = [];
  const comments: string[] = [];
  let id = lastId ?? '';
  let retryMs: number | undefined;

  function readBlock(block: string): void {
    let [event, data] = ['message', ''];
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === '') comments.push(value);
      else if (name === 'id') id = value;
      else if (name === 'retry') retryMs = Number(value);
      else if (name === 'event') event = value;
      else if (name === 'data') data += value;
    }
    if (data !== '') events.push({ event, id, data: JSON.parse(data), atMs: performance.now() });
  }

  async function readAll(): Promise<void> {
    let unread = '';
    for await (const chunk of answer.setEncoding('utf8')) {
      unread += chunk;
      const blocks = unread.split('\n\n');
      unread = blocks.pop() ?? '';
      for (const block of blocks) readBlock(block);
    }
  }

  return {
    events,
    comments,
    lastId: () => id,
    retryMs: () => retryMs,
    // A connection that breaks ends the stream too.
    ended: readAll().catch(() => undefined),
    close: () => void asking.destroy(),
  };
}
