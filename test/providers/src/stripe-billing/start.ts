import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { portOf } from '@drippulse/servers';
import { type Dashboard, dashboardOf } from './dashboard.ts';
import { parseForm } from './form.ts';
import { type Answer, createIdempotency } from './idempotency.ts';
import { type Account, type Event, newAccount } from './objects.ts';
import { type Desk, routes, StripeRefusal } from './routes.ts';

/**
 * How the fake fails. With `lose`, a request is lost before it takes effect. With `cut`, the response is lost after the
 * request took effect. With `break`, the fake responds with 500 and the request has no effect. With `refuse`, the fake
 * accepts no connection.
 */
export type FailureMode = 'lose' | 'cut' | 'break' | 'refuse';

/** A received request, with the status of its response. */
export type SeenRequest = { method: string; path: string; key: string | undefined; status: number };

/**
 * The part of Stripe that the platform uses, with state, idempotency keys and signed events. The fake sends no events
 * by itself; the test sends them.
 */
export type FakeStripe = {
  /** The value of STRIPE_API_BASE. */
  url: string;
  account: Account;
  dashboard: Dashboard;
  requests: SeenRequest[];
  /** Lets the fake fail in a mode from now on; undefined ends the failure. */
  fail(mode: FailureMode | undefined): Promise<void>;
  /**
   * Delays the responses to writes; the writes still take effect immediately. `path` selects the writes; by default all
   * are delayed. `release` ends the delay.
   */
  holdWrites(path?: RegExp): { held(): number; release(): void };
  /** Shifts the fake's clock. */
  shift(seconds: number): void;
  stop(): Promise<void>;
};

/** Options of the fake. `mock` is the URL of stripe-mock, which refuses requests outside Stripe's description. */
export type FakeStripeOptions = { mock?: string };

export async function startFakeStripe({ mock }: FakeStripeOptions = {}): Promise<FakeStripe> {
  const account = newAccount();
  const requests: SeenRequest[] = [];
  const idempotency = createIdempotency();
  const mistakes: unknown[] = [];
  let mode: FailureMode | undefined;
  let shifted = 0;
  let count = 0;
  let hold: { gate: PromiseWithResolvers<void>; held: number; path: RegExp } | undefined;

  const desk: Desk = {
    account,
    now: () => Math.floor(Date.now() / 1000) + shifted,
    id: (prefix) => `${prefix}_${String(++count).padStart(6, '0')}`,
    emit(type, object) {
      account.events.push({
        id: desk.id('evt'),
        object: 'event',
        type,
        created: desk.now(),
        livemode: false,
        api_version: '2026-10-28.endive',
        data: { object: structuredClone(object) },
      });
    },
  };

  const listener = (incoming: IncomingMessage, response: ServerResponse) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!incoming.destroyed) mistakes.push(error);
      response.destroy();
    });
  };

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (incoming.url ?? '').split('?', 2);
    const { method = 'GET', headers } = incoming;
    const text = await readAll(incoming);
    if (mode === 'lose') return reset(response);
    const key = first(headers['idempotency-key']);
    const answer = await answerTo({ method, path, text: method === 'GET' ? query : text, key, headers });
    requests.push({ method, path, key, status: answer.status });
    if (mode === 'cut') return reset(response);
    if (hold !== undefined && method !== 'GET' && hold.path.test(path)) {
      hold.held += 1;
      await hold.gate.promise;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', 'request-id': desk.id('req') });
    response.end(JSON.stringify(answer.body));
  }

  async function answerTo(o: {
    method: string;
    path: string;
    text: string;
    key: string | undefined;
    headers: IncomingMessage['headers'];
  }): Promise<Answer> {
    const refused = mock === undefined ? undefined : await askMock(mock, o);
    if (refused !== undefined) return refused;
    try {
      return await idempotency.once(
        o.method === 'GET' ? undefined : o.key,
        `${o.method} ${o.path} ${o.text}`,
        async () => perform(o),
      );
    } catch (error) {
      if (error instanceof StripeRefusal) return { status: error.status, body: error.body };
      throw error;
    }
  }

  function perform({ method, path, text }: { method: string; path: string; text: string }): Answer {
    if (mode === 'break')
      return { status: 500, body: { error: { type: 'api_error', message: 'An unknown error occurred' } } };
    const route = routes.find((one) => one.method === method && one.path.test(path));
    if (route === undefined) throw new Error(`the fake Stripe has no ${method} ${path}`);
    try {
      const body = route.run(desk, parseForm(text), route.path.exec(path)?.slice(1) ?? []);
      return { status: 200, body: structuredClone(body) };
    } catch (error) {
      if (error instanceof StripeRefusal) return { status: error.status, body: error.body };
      throw error;
    }
  }

  let server = await listen(createServer(listener), 0);
  const port = portOf(server);
  return {
    url: `http://127.0.0.1:${port}`,
    account,
    dashboard: dashboardOf(desk),
    requests,
    async fail(next) {
      if (mode === 'refuse' && next !== 'refuse') server = await listen(createServer(listener), port);
      if (next === 'refuse' && mode !== 'refuse') await close(server);
      mode = next;
    },
    holdWrites(path = /^/) {
      const held = { gate: Promise.withResolvers<void>(), held: 0, path };
      hold = held;
      return {
        held: () => held.held,
        release() {
          hold = undefined;
          held.gate.resolve();
        },
      };
    },
    shift: (seconds) => {
      shifted += seconds;
    },
    async stop() {
      hold?.gate.resolve();
      if (mode !== 'refuse') await close(server);
      if (mistakes.length > 0) throw mistakes[0];
    },
  };
}

/**
 * Returns the body and the signature header of an event as Stripe sends it. `at` is in seconds since 1970. Default:
 * now.
 */
export function signEvent(
  event: Event,
  secret: string,
  at = Math.floor(Date.now() / 1000),
): { body: string; header: string } {
  const body = JSON.stringify(event);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { body, header: `t=${at},v1=${signature}` };
}

/**
 * Refuses a request if stripe-mock refuses it. All other responses of stripe-mock are ignored, because they are only
 * examples.
 */
async function askMock(
  mock: string,
  o: { method: string; path: string; text: string; headers: IncomingMessage['headers'] },
): Promise<Answer | undefined> {
  const isGet = o.method === 'GET';
  const response = await fetch(`${mock}${o.path}${isGet && o.text !== '' ? `?${o.text}` : ''}`, {
    method: o.method,
    headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' },
    ...(!isGet && { body: o.text }),
  });
  const body: unknown = await response.json();
  return response.status === 400 ? { status: 400, body } : undefined;
}

async function listen(server: Server, port: number): Promise<Server> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

async function readAll(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
