import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '@drippulse/servers';
import { eventually } from './eventually.ts';

/** A request as received: `headers` in lower case, `body` byte for byte. */
export type ReceivedRequest = {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  at: Date;
  /** Port of the sender's end of the connection. It identifies senders on this machine. */
  senderPort: number;
};

/** The response to a request. An empty object means 200 and an empty body. */
export type Answer = {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Waits for this number of milliseconds before it responds. */
  delayMs?: number;
  /** Never responds, or sends the headers and never ends the body. */
  hang?: 'at_once' | 'after_headers';
  /** Sends the body one byte every `dripMs` milliseconds. */
  dripMs?: number;
  /** Closes the connection without a response. */
  reset?: true;
};

/** Chooses the response to one request; `index` counts all requests from 0. */
export type Answerer = (request: ReceivedRequest, index: number) => Answer | Promise<Answer>;

/** A small HTTP server on 127.0.0.1 that records requests and sends the responses that the test sets. */
export type Receiver = {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  port: number;
  /** All complete requests, in order of arrival. */
  requests: ReceivedRequest[];
  /** Sets the response to every later request. */
  answer(answer: Answer | Answerer): void;
  /**
   * Sets the responses to the next requests, one for each request. After that, requests get the response that was set
   * before.
   */
  answerNext(...answers: Answer[]): void;
  /**
   * Sends no responses until the returned function is called. That call sends `answer` to all waiting requests and to
   * every later request.
   */
  hold(answer?: Answer): () => void;
  /** Waits until this many requests have arrived, and returns all requests. */
  received(count: number, options?: { timeoutMs?: number }): Promise<ReceivedRequest[]>;
  /** Forgets the requests so far. */
  clear(): void;
  /** Stops the server and ends every connection, even if its request got no response. */
  stop(): Promise<void>;
};

/** Starts a receiver. Default of `port`: 0, for which the system chooses a free port. */
export async function startReceiver(options: { port?: number; answer?: Answer | Answerer } = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const queue: Answer[] = [];
  const stopped = new AbortController();
  let answerer = toAnswerer(options.answer ?? {});
  let count = 0;

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const index = count;
    count += 1;
    requests.push(request);
    const answer = queue.shift() ?? (await answerer(request, index));
    await send(answer, response, stopped.signal);
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    answer(answer) {
      answerer = toAnswerer(answer);
    },
    answerNext(...answers) {
      queue.push(...answers);
    },
    hold(answer = {}) {
      const released = Promise.withResolvers<void>();
      answerer = async () => {
        await released.promise;
        return answer;
      };
      return released.resolve;
    },
    received: (least, waitOptions) =>
      eventually(() => {
        if (requests.length < least) throw new Error(`${requests.length} of ${least} requests arrived`);
        return [...requests];
      }, waitOptions),
    clear() {
      requests.length = 0;
    },
    async stop() {
      stopped.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function toAnswerer(answer: Answer | Answerer): Answerer {
  return typeof answer === 'function' ? answer : () => answer;
}

async function readRequest(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const at = new Date();
  const senderPort = incoming.socket.remotePort ?? 0;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]);
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
    at,
    senderPort,
  };
}

async function send(answer: Answer, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { status = 200, headers = {}, body = '', delayMs = 0, hang, dripMs, reset } = answer;
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });
  if (reset) response.destroy();
  if (reset || hang === 'at_once') return;
  response.writeHead(status, headers);
  if (hang === 'after_headers') return response.flushHeaders();
  if (dripMs === undefined) {
    response.end(body);
    return;
  }
  for (const byte of Buffer.from(body)) {
    response.write(Buffer.of(byte));
    await sleep(dripMs, undefined, { signal });
    if (response.destroyed) return;
  }
  response.end();
}
