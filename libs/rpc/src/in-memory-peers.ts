import { Code, ConnectError, createConnectRouter, type Interceptor, type Transport } from '@connectrpc/connect';
import { createUniversalHandlerClient, type UniversalHandler } from '@connectrpc/connect/protocol';
import { createTransport } from '@connectrpc/connect/protocol-connect';
import { askPart, type Part } from '@drippulse/observability';
import { type RoleName, type ServiceName, serviceOfPeer } from '@drippulse/topology';
import { maxMessageBytes, type Peers, type Routes } from './peers.ts';
import { type OnWork, onWorkKey } from './work.ts';

const limits = { readMaxBytes: maxMessageBytes, writeMaxBytes: maxMessageBytes };

/**
 * Makes peers in one process. A service is looked up at each call, so two services may call each other. Messages are
 * encoded and tokens checked as over gRPC.
 */
export function createInMemoryPeers(): Peers {
  const registered = new Map<ServiceName, { transport: Transport; isReady: Part }>();

  function find(peer: ServiceName | RoleName): Transport {
    const service = serviceOfPeer(peer);
    const found = registered.get(service);
    if (!found) throw new ConnectError(`${service} is not there`, Code.Unavailable);
    return found.transport;
  }

  return {
    tls: undefined,
    transport: (peer) => ({
      unary: async (...call) => find(peer).unary(...call),
      stream: async (...call) => find(peer).stream(...call),
    }),
    register(service, routes, interceptors, isReady = () => true) {
      registered.set(service, { transport: inMemoryTransport(routes, interceptors), isReady });
    },
    unregister(service) {
      registered.delete(service);
    },
    async isServing(service) {
      const found = registered.get(service);
      return found !== undefined && askPart(found.isReady);
    },
    close() {
      registered.clear();
    },
  };
}

/** Makes a transport as `createRouterTransport` does, but ends a stream whose reader goes away. */
function inMemoryTransport(routes: Routes, interceptors: Interceptor[]): Transport {
  const router = createConnectRouter({ ...limits, interceptors, connect: true });
  routes(router);
  // The entries are keyed by the headers of the request, because the headers reach the handler unchanged. The context
  // values do not.
  const followers = new WeakMap<Headers, OnWork>();
  const follow: Interceptor = (next) => (request) => {
    const onWork = request.contextValues.get(onWorkKey);
    if (onWork !== undefined) followers.set(request.header, onWork);
    return next(request);
  };
  return createTransport({
    ...limits,
    httpClient: createUniversalHandlerClient(
      router.handlers.map((handler) => endingWithItsCaller(handler, (request) => followers.get(request.header))),
    ),
    baseUrl: 'https://in-memory',
    useBinaryFormat: true,
    interceptors: [follow],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: Number.MAX_SAFE_INTEGER,
  });
}

type UniversalRequest = Parameters<UniversalHandler>[0];

/**
 * Ends a call or its response stream when the caller aborts or the deadline passes, even if the handler still waits.
 * This is needed because in memory there is no connection whose loss would end the call. A follower of the work is
 * notified when the handler itself has ended.
 */
function endingWithItsCaller(
  handler: UniversalHandler,
  followerOf: (request: UniversalRequest) => OnWork | undefined,
): UniversalHandler {
  return Object.assign(async (request: UniversalRequest) => {
    const work = handler(request);
    followerOf(request)?.(work);
    const response = await untilAborted(work, request.signal);
    if (!response.body) return response;
    const messages = response.body[Symbol.asyncIterator]();
    const end = () => void messages.return?.().catch(() => undefined);
    if (request.signal.aborted) end();
    else request.signal.addEventListener('abort', end, { once: true });
    return { ...response, body: { [Symbol.asyncIterator]: () => messages } };
  }, handler);
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
