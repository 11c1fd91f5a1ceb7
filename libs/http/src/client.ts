import { performance } from 'node:perf_hooks';
import { shortageError } from '@drippulse/errors';
import type { Agent } from 'undici';
import { guardedConnector } from './connector.ts';
import { failureCodeOf, HttpFailure, isOurShortage } from './failure.ts';
import { readBody } from './read-body.ts';
import { type Resolve, resolveLocally, resolveWithNameServers } from './resolve.ts';
import { secretsOf } from './secrets/mask.ts';
import { redact } from './secrets/redact.ts';
import { urlProblem } from './urls.ts';

/** One request. `totalTimeoutMs` lasts from the wait for a connection to the last byte of the answer. */
export type HttpRequest = {
  url: string;
  method: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  totalTimeoutMs: number;
  /** Most bytes to read of the answer. Beyond them the connection is destroyed. Default: 64 KiB. */
  maxReadBytes?: number;
  /** Most bytes of the answer to return. Default: 16 KiB. */
  keepBytes?: number;
  /** Secrets in the body, such as the operator's own. Those of headers and query are found by their names and forms. */
  secrets?: readonly string[];
  signal?: AbortSignal;
};

/** An answer of any status. A redirect is an answer too, and is never followed. */
export type HttpAnswer = {
  statusCode: number;
  /** By lower-case name. Values of a repeated header are joined by ", ". */
  headers: Record<string, string>;
  /**
   * The body as text, without the credentials of the request, in any form, and without any other that is known by its
   * name or form. There is no other way to the body, so nobody can keep one by mistake. It has no NUL, which PostgreSQL
   * refuses.
   */
  text: string;
  /** Whether the answer was longer than `text`. */
  truncated: boolean;
  durationMs: number;
};

/**
 * Sends requests to URLs of customers. Throws HttpFailure when there is no answer, and an `unavailable` DomainError when
 * this machine has run out of descriptors, ports or memory: that is not the receiver's fault.
 */
export type HttpClient = { request(request: HttpRequest): Promise<HttpAnswer>; close(): Promise<void> };

export type HttpClientOptions = {
  /** Allows plain http and private addresses, for development. */
  allowPrivate: boolean;
  userAgent: string;
  /** Most connections to one origin. Further requests wait within their own deadline. Default: 128. */
  maxConnectionsPerOrigin?: number;
  /** Time limit to connect, TLS included. Default: 5 s. */
  connectTimeoutMs?: number;
  /** Resolves names. Default: the name servers, or the system with `allowPrivate`. */
  resolve?: Resolve;
};

// Headers of the connection, which the client sets. With some of them undici would send a broken request.
const connectionHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Creates the client for outgoing requests: public addresses only, kept-alive and bounded connections, verified TLS. The
 * first request loads undici, 7 MB that a process without requests saves.
 */
export function createHttpClient(o: HttpClientOptions): HttpClient {
  let agent: Promise<Agent> | undefined;
  return {
    async request(request) {
      agent ??= createAgent(o);
      return send(await agent, o, request);
    },
    // Destroys requests under way: after a close nobody waits for them.
    close: async () => (await agent)?.destroy(),
  };
}

async function createAgent(o: HttpClientOptions): Promise<Agent> {
  const { Agent, buildConnector } = await import('undici');
  return new Agent({
    connect: guardedConnector(buildConnector, {
      allowPrivate: o.allowPrivate,
      resolve: o.resolve ?? (o.allowPrivate ? resolveLocally : resolveWithNameServers),
      connectTimeoutMs: o.connectTimeoutMs ?? 5000,
    }),
    allowH2: false,
    connections: o.maxConnectionsPerOrigin ?? 128,
    // The deadline of each request covers headers and body. The timers of undici would only cost CPU time.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

async function send(agent: Agent, o: HttpClientOptions, request: HttpRequest): Promise<HttpAnswer> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  const problem = urlProblem(request.url, o.allowPrivate);
  if (problem !== undefined) throw new HttpFailure('url_not_allowed', problem, { durationMs: 0 });
  const deadline = startDeadline(request.totalTimeoutMs, request.signal);
  try {
    const url = new URL(request.url);
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: { 'user-agent': o.userAgent, ...sendable(request.headers ?? {}) },
      body: request.body,
      signal: deadline.signal,
    });
    const { body, truncated } = await readBody(answer.body, {
      maxReadBytes: request.maxReadBytes ?? 64 * 1024,
      keepBytes: request.keepBytes ?? 16 * 1024,
    });
    return {
      statusCode: answer.statusCode,
      headers: joined(answer.headers),
      text: readText(body, truncated, request),
      truncated,
      durationMs: elapsedMs(),
    };
  } catch (cause) {
    const stoppedBy = deadline.stoppedBy();
    if (stoppedBy === undefined && isOurShortage(cause)) throw shortageError(cause);
    const code = stoppedBy ?? failureCodeOf(cause);
    throw new HttpFailure(code, messages[code], { durationMs: elapsedMs(), cause });
  } finally {
    deadline.clear();
  }
}

function readText(body: Buffer, isTruncated: boolean, { url, headers = {}, secrets = [] }: HttpRequest): string {
  const text = new TextDecoder().decode(body).replaceAll('\0', '');
  return text === '' ? text : redact(text, [...secrets, ...secretsOf({ url, headers })], isTruncated);
}

const messages = {
  timeout: 'The answer did not end in time.',
  connection_refused: 'The connection was refused.',
  connection_reset: 'The connection was closed before the answer ended.',
  unreachable: 'The address can not be reached.',
  dns_failed: 'The host name does not resolve.',
  tls_failed: 'The TLS handshake failed.',
  address_not_allowed: 'The host is at an address that is not public.',
  url_not_allowed: 'The URL is not allowed.',
  protocol_error: 'The answer is not HTTP, or the request can not be sent.',
  aborted: 'The request was stopped.',
} as const;

function startDeadline(timeoutMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  let reason: 'timeout' | 'aborted' | undefined;
  const stop = (why: 'timeout' | 'aborted') => {
    reason ??= why;
    controller.abort();
  };
  const abort = () => stop('aborted');
  const timer = setTimeout(stop, timeoutMs, 'timeout');
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    stoppedBy: () => reason,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

function sendable(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => !connectionHeaders.has(name)),
  );
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
