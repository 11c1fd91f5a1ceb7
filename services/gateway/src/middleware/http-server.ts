import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { DomainError } from '@drippulse/errors';
import { problemOf } from '../transcoder/problem.ts';
import { version } from '../version.ts';
import { type Connections, watchConnections } from './watch-connections.ts';
import { watchReaders } from './watch-readers.ts';

export type HttpServer = {
  port: number;
  /**
   * Makes the next response on each connection its last one. If the server closed idle connections instead, requests
   * that clients are sending at that moment would fail.
   */
  leave(): void;
  /** Stops accepting connections, and lets running requests finish within the grace time. */
  stop(graceMs?: number): Promise<void>;
};

/** Limits for slow clients. */
export type ClientLimits = {
  /** Time limit for the headers. */
  headersTimeoutMs: number;
  /** Time limit for the whole request. It applies to uploads; all other bodies have limits of their own. */
  requestTimeoutMs: number;
  /** Time limit for a connection that is silent in both directions. */
  idleTimeoutMs: number;
  /** Time limit for a client that reads nothing of its response. */
  unreadTimeoutMs: number;
};

const defaultLimits: ClientLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 300_000,
  idleTimeoutMs: 120_000,
  unreadTimeoutMs: 15_000,
};
const maxHeaderBytes = 16 << 10;
// Longer than the 60 s for which load balancers keep an idle connection, so that the load balancer closes it first.
const keepAliveTimeoutMs = 65_000;
const defaultGraceMs = 10_000;
/** Time within which the first request must arrive on a newly opened connection. */
const silentGraceMs = 500;

/** Listens for public requests. */
export async function startHttpServer(
  listener: RequestListener,
  address: { host: string; port: number; limits?: Partial<ClientLimits> },
): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...address.limits };
  const server = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    // Interval at which Node checks its timeouts. With the default of 30 s, a slow client would keep its connection
    // longer.
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: maxHeaderBytes,
    // Node would respond to such requests without a body. createApp refuses them with a body, like every other error.
    requireHostHeader: false,
  });
  let isLeaving = false;
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => {
    answers.set(request.socket, response);
    if (isLeaving) response.setHeader('connection', 'close');
    listener(request, response);
  });
  server.on('clientError', (error, socket) => refuseConnection(error, socket, answers.get(socket)));
  server.setTimeout(limits.idleTimeoutMs);
  const readers = watchReaders(server, limits.unreadTimeoutMs);
  const connections = watchConnections(server);
  server.listen({ host: address.host, port: address.port });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // not a string, because the server listens on TCP
  const leave = () => {
    isLeaving = true;
  };
  return {
    port,
    leave,
    async stop(graceMs = defaultGraceMs) {
      leave();
      await closeServer(server, connections, graceMs);
      readers.stop();
    },
  };
}

async function closeServer(server: Server, connections: Connections, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that becomes idle while the server stops would otherwise delay the end until its keep-alive timeout.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const silent = setTimeout(() => connections.endSilent(), Math.min(silentGraceMs, graceMs));
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(silent);
  clearTimeout(grace);
}

/** Responds to input that is not HTTP, too slow or too large. The response has a body, like every other error. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex, answer: ServerResponse | undefined): void {
  const isAnswering = answer?.headersSent === true && !answer.writableFinished;
  if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const { status, headers, body } = problemOf(connectionProblem(error), { path: '', requestId });
  const head = {
    ...headers,
    'x-request-id': requestId,
    'drippulse-version': version,
    connection: 'close',
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`);
}

function connectionProblem({ code }: NodeJS.ErrnoException): DomainError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new DomainError('malformed', 'request_timeout', 'The request came too slowly.');
    case 'HPE_HEADER_OVERFLOW':
      return new DomainError('malformed', 'headers_too_large', `The headers are larger than ${maxHeaderBytes} bytes.`);
    default:
      return new DomainError('malformed', 'malformed_request', 'The request is not valid HTTP.');
  }
}
