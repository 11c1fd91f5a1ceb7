import { redact, secretsOf } from '@drippulse/secrets';
import type { Agent } from 'undici';
import type { Sender } from './begin-request.ts';
import { guardedConnector } from './connector.ts';
import { pour, readAll } from './read-answer.ts';
import {
  type Download,
  defaultReadBytes,
  type Fresh,
  type HttpAnswer,
  type HttpRequest,
  type WholeAnswer,
} from './request.ts';
import { type Resolve, resolveLocally, resolveWithNameServers } from './resolve.ts';

/**
 * Sends requests to URLs of customers. Throws HttpFailure when there is no response, and an `unavailable` DomainError
 * when this machine has run out of descriptors, ports or memory, because that is not the receiver's fault.
 */
export type HttpClient = {
  request(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * Sends a request as `request` does, but returns the bytes of the response, for tokens and records of providers.
   * `maxReadBytes` also limits the bytes that are kept.
   */
  exchange(request: HttpRequest & Fresh): Promise<WholeAnswer>;
  /**
   * Sends a request as `request` does, but returns a body that is read piece by piece. A body of more than
   * `maxReadBytes` fails as `too_large`. It fails before the first piece if the response announces its length.
   */
  download(request: HttpRequest): Promise<Download>;
  close(): Promise<void>;
};

export type HttpClientOptions = {
  /** Allows plain http and private addresses, for development. */
  allowPrivate: boolean;
  userAgent: string;
  /**
   * Maximum number of connections to one origin. Further requests wait, and their deadlines include the wait. Default:
   * 128.
   */
  maxConnectionsPerOrigin?: number;
  /** Time limit for connecting, including TLS. Default: 5 s. */
  connectTimeoutMs?: number;
  /** Maximum number of characters of a URL. Default: 2,048; providers accept more. */
  maxUrlLength?: number;
  /** Resolves names. Default: with the name servers, or with the system's resolver if `allowPrivate` is set. */
  resolve?: Resolve;
};

/**
 * Makes the client for outgoing requests: public addresses only, kept-alive and bounded connections, verified TLS.
 * undici is loaded with the first request, because a process without requests does not need its 7 MB.
 */
export function createHttpClient(o: HttpClientOptions): HttpClient {
  let kept: Promise<Sender> | undefined;
  let fresh: Promise<Sender> | undefined;
  const sender = () => (kept ??= createSender(o, {}));
  // Without pipelining, a connection is closed after its response, so no request uses a kept connection.
  const freshSender = () => (fresh ??= createSender(o, { pipelining: 0 }));
  return {
    async request(request) {
      const { body, truncated, ...answer } = await readAll(await sender(), request);
      return { ...answer, text: readText(body, truncated, request), truncated };
    },
    async exchange(request) {
      const most = request.maxReadBytes ?? defaultReadBytes;
      const chosen = request.freshConnection === true ? freshSender() : sender();
      return readAll(await chosen, { ...request, maxReadBytes: most, keepBytes: most });
    },
    async download(request) {
      return pour(await sender(), request);
    },
    // Destroys the requests that are under way, because after a close nobody waits for them.
    async close() {
      await (await kept)?.agent.destroy();
      await (await fresh)?.agent.destroy();
    },
  };
}

async function createSender(o: HttpClientOptions, more: Agent.Options): Promise<Sender> {
  const { Agent, buildConnector } = await import('undici');
  const agent = new Agent({
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
    ...more,
  });
  return { ...o, agent };
}

function readText(body: Buffer, isTruncated: boolean, { url, headers = {}, secrets = [] }: HttpRequest): string {
  const text = new TextDecoder().decode(body).replaceAll('\0', '');
  return text === '' ? text : redact(text, [...secrets, ...secretsOf({ url, headers })], isTruncated);
}
