import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { providers } from '@drippulse/providers';
import { portOf } from '@drippulse/servers';
import type { FakeRequest } from './fake.ts';
import { type FakedKey, type FakedStates, fakes } from './fakes/index.ts';
import { type Ending, type FakeProvider, type Running, runFake } from './running/fake-provider.ts';

/** Fake providers behind one base URL. Each is at `/<host>/<path>`, as in PROVIDER_HOSTS_OVERRIDE. */
export type FakeProviders = {
  /** Base URL `http://127.0.0.1:<port>`, without a trailing slash. */
  url: string;
  provider<K extends FakedKey>(key: K): FakeProvider<FakedStates[K]>;
  /**
   * Returns the requests that violated a provider's description, as sentences. A test that expects no violation must
   * check this list.
   */
  refusals(): string[];
  /** Closes every connection. Throws if a fake itself made a mistake. */
  stop(): Promise<void>;
};

/** Starts the server of the fake providers. Default of `port`: 0, for which the system chooses a free port. */
export async function startFakeProviders(options: { port?: number } = {}): Promise<FakeProviders> {
  const running = new Map(Object.values(fakes).map((fake) => [fake.key, runFake<unknown>(fake as never)]));
  const stopped = new AbortController();
  const mistakes: unknown[] = [];
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!stopped.signal.aborted && !incoming.destroyed) mistakes.push(error);
      response.destroy();
    });
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const provider = [...running.values()].find((one) => isHostOf(one, request.host));
    if (provider === undefined) throw new Error(`No fake provider has the host ${request.host}`);
    await send(provider.answer(request), response, stopped.signal);
  }

  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    provider: (key) => {
      const found = running.get(key);
      if (found === undefined) throw new Error(`There is no fake of ${key}`);
      // `found` is the fake with this key, so its state has the type that the caller expects.
      return found as FakeProvider<unknown> as FakeProvider<never>;
    },
    refusals: () =>
      [...running.values()].flatMap((one) =>
        one
          .requests()
          .flatMap(({ operation, problems }) => problems.map((problem) => `${one.key} ${operation}: ${problem}`)),
      ),
    async stop() {
      stopped.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      if (mistakes.length > 0) throw mistakes[0];
    },
  };
}

/** Whether a host belongs to a provider's API or its sign-in. */
function isHostOf({ key }: Running<unknown>, host: string): boolean {
  const provider = providers.find((one) => one.key === key);
  const allowed = [...Object.values(provider?.hosts ?? {}), ...(provider?.oauth ? [provider.oauth] : [])];
  return allowed.some((one) => one.allowed.test(host));
}

/** Interprets a request to `/<host>/<path>` as a request to the host. */
async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const [place = '', query = ''] = (incoming.url ?? '').split('?', 2);
  const [, host = '', path = '/'] = /^\/([^/]+)(\/.*)?$/.exec(place) ?? [];
  const headers = Object.entries(incoming.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return {
    method: incoming.method ?? 'GET',
    host,
    path,
    query: [...new URLSearchParams(query)],
    headers: Object.fromEntries(headers),
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

async function send({ answer, delayMs, cut }: Ending, response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, undefined, { signal });
  if (cut === 'hang') return;
  if (cut === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status = 200, headers, body, text } = answer;
  const type = text === undefined ? 'application/json' : 'text/plain';
  const hasBody = text !== undefined || body !== undefined;
  response.writeHead(status, { ...(hasBody && { 'content-type': type }), ...headers });
  response.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
}
