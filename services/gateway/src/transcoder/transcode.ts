import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '@drippulse/errors';
import { nameRequest } from '@drippulse/observability';
import { Auth } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { checkAccess, fromConnectError } from '@drippulse/rpc';
import { networkOf } from '../client-network.ts';
import { answerStream } from './answer-stream.ts';
import { answerUnary } from './answer-unary.ts';
import { callHeaders, type Signing } from './call-headers.ts';
import { checkBodyHeaders, decodeParameters, decodeRequest } from './decode-request.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { answersStream, isUnary, takesStream } from './method-kinds.ts';
import type { Authenticate, RateLimit, Upstream } from './ports.ts';
import { createRouter } from './router.ts';
import { type Route, routesOf } from './routes.ts';
import { openUpload, uploadMessages } from './upload.ts';

export type TranscoderOptions = Signing & {
  upstreams: readonly Upstream[];
  authenticate: Authenticate;
  rateLimit: RateLimit;
  /** How long a sender of a body may be silent; 10 s unless given. */
  bodyIdleTimeoutMs?: number;
};

/** Answers one request whose exchange has begun, or throws what the answer shall be. */
export type Transcoder = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

type ServedRoute = Route & { upstream: Upstream };
type Found = { route: ServedRoute; parameters: Record<string, string> };

/** Who waits for an answer; `abort` ends what is still called for it. */
type WatchedClient = { signal: AbortSignal; abort(): void; release(): void };

const defaultTimeoutSeconds = 30;

/**
 * Serves the public methods of the upstreams over HTTP, with a router and codec compiled from their descriptors. The
 * order of checks: route, bearer, rate, role, size, content type, parse, service.
 */
export function createTranscoder(options: TranscoderOptions): Transcoder {
  const { authenticate, rateLimit, bodyIdleTimeoutMs = 10_000 } = options;
  const router = createRouter<ServedRoute>(
    options.upstreams.flatMap((upstream) => routesOf(upstream.service).map((route) => ({ ...route, upstream }))),
  );

  return async (request, response) => {
    const exchange = exchangeOf(request);
    const found = findRoute(request, response, exchange);
    await admit(request, response, found.route, exchange);
    checkBodyHeaders(request, found.route);
    const client = watchClient(response);
    try {
      await call(request, response, found, exchange, client);
    } catch (error) {
      throw fromConnectError(error);
    } finally {
      client.release();
    }
  };

  function findRoute(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Found {
    const match = router(request.method ?? '', exchange.path);
    if (match === undefined) throw new DomainError('not_found', 'route_not_found', 'There is no such path.');
    if ('allowed' in match) {
      response.setHeader('allow', match.allowed.join(', '));
      throw new DomainError('malformed', 'method_not_allowed', 'The path does not take this method.');
    }
    const { method, template } = match.route;
    exchange.route = template;
    nameRequest(`${request.method} ${template}`);
    exchange.rpc = `${method.parent.typeName}/${method.name}`;
    return match;
  }

  /** The checks before the body: bearer, rate, role. */
  async function admit(request: IncomingMessage, response: ServerResponse, route: Route, exchange: Exchange) {
    const { requestId, clientAddress } = exchange;
    const facts = { raw: request, requestId, clientNetwork: networkOf(clientAddress) };
    if (route.rest.auth !== Auth.NONE) exchange.authenticated = await authenticate(facts);
    const decision = await rateLimit(route.rest.limits, exchange.authenticated, facts);
    for (const [name, value] of Object.entries(decision.headers)) response.setHeader(name, value);
    if (decision.refusal !== undefined) throw decision.refusal;
    if (exchange.authenticated !== undefined) checkAccess(route.method, exchange.authenticated.caller);
  }

  async function call(
    request: IncomingMessage,
    response: ServerResponse,
    found: Found,
    exchange: Exchange,
    client: WatchedClient,
  ): Promise<void> {
    const { route, parameters } = found;
    const { signal } = client;
    const { method, upstream } = route;
    const timeoutMs = (route.rest.timeoutSeconds || defaultTimeoutSeconds) * 1000;
    if (takesStream(method)) {
      const upload = await startUpload(request, found);
      const headers = await callHeaders(request, route, exchange, options);
      const reply = await upload.guard(client, async () => {
        const { header, message } = await upstream.transport.stream(
          method,
          signal,
          timeoutMs,
          headers,
          upload.messages,
        );
        return { header, message: await onlyMessage(message) };
      });
      answerUnary(response, route, reply.header, reply.message);
      return;
    }
    const message = await decodeRequest(request, route, parameters, bodyIdleTimeoutMs);
    const headers = await callHeaders(request, route, exchange, options);
    if (isUnary(method)) {
      const reply = await upstream.transport.unary(method, signal, timeoutMs, headers, message);
      answerUnary(response, route, reply.header, reply.message);
    } else if (answersStream(method)) {
      const reply = await upstream.transport.stream(method, signal, timeoutMs, headers, oneMessage(message));
      await answerStream(response, route, reply, client);
    }
  }

  async function startUpload(request: IncomingMessage, { route, parameters }: Found) {
    const { bodyField, method } = route;
    if (bodyField === undefined) throw new Error(`${method.toString()} streams a body without BODY_STREAM`);
    const first = decodeParameters(request, route, parameters);
    const upload = await openUpload(request, bodyIdleTimeoutMs);
    return watchFailure(uploadMessages(upload, first, bodyField, bodyIdleTimeoutMs));
  }
}

/** A signal that aborts when the client leaves before its answer is out: what was called for it is cancelled. */
function watchClient(response: ServerResponse): WatchedClient {
  const controller = new AbortController();
  const abort = () => controller.abort();
  response.once('close', abort);
  return { signal: controller.signal, abort, release: () => response.off('close', abort) };
}

/** A call whose input fails ends as cancelled; `guard` throws what the input failed with. */
function watchFailure<T>(input: AsyncGenerator<T>) {
  let failure: { error: unknown } | undefined;
  async function* messages(): AsyncGenerator<T> {
    try {
      yield* input;
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  async function guard<R>(client: WatchedClient, run: () => Promise<R>): Promise<R> {
    try {
      return await run();
    } catch (error) {
      throw failure === undefined ? error : failure.error;
    } finally {
      client.abort(); // an answer before the end of the upload is the end of it
    }
  }
  return { messages: messages(), guard };
}

async function* oneMessage<T>(message: T): AsyncGenerator<T> {
  yield message;
}

/** The one message of a call, read to its end: the status comes after it. */
async function onlyMessage<T>(messages: AsyncIterable<T>): Promise<T> {
  const received: T[] = [];
  for await (const message of messages) received.push(message);
  const [only] = received;
  if (only === undefined) throw new Error('the service ended a call without an answer');
  return only;
}
