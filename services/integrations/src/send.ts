import type { HttpClient } from '@drippulse/http';
import { type JsonValue, parseJson } from '@drippulse/json';
import type { ProviderAnswer } from '@drippulse/providers';

/** A request to a provider in the form in which it is sent, with its credentials. */
export type Outgoing = {
  url: string;
  /** Pattern of the host names that may receive the credentials. */
  allowed: RegExp;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  timeoutMs: number;
  /** Size limit of the answer in bytes. Default: 1 MiB. A longer answer counts as a failure, and is never truncated. */
  maxBytes?: number;
  /**
   * Whether to use a new connection. If the provider had just closed a kept-alive connection, the request would have to
   * be repeated, and a repeat could take effect twice.
   */
  freshConnection?: boolean;
  signal?: AbortSignal;
};

type Sender = { http: HttpClient; config: { hostsOverride: string | undefined } };

/** The request names a host that must not receive the credentials. */
export class ForeignHost extends Error {
  constructor(url: string) {
    super(`${URL.parse(url)?.host ?? 'this address'} is not a host of the provider`);
    this.name = 'ForeignHost';
  }
}

/** The answer exceeds the size limit. */
export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
    this.name = 'AnswerTooLong';
  }
}

const defaultBytes = 1024 * 1024;

/**
 * Sends a request and returns any answer, including redirects. Throws HttpFailure if there is no answer. The request
 * contains credentials, and URLs come from customers and from answers. Therefore throws ForeignHost, before anything is
 * sent, if the host does not belong to the provider.
 */
export async function send({ http, config }: Sender, o: Outgoing): Promise<ProviderAnswer> {
  const { timeoutMs, maxBytes = defaultBytes, method, headers, body, freshConnection, signal } = o;
  const answer = await http.exchange({
    url: targetOf(o, config.hostsOverride),
    method,
    headers: { ...headers },
    totalTimeoutMs: timeoutMs,
    maxReadBytes: maxBytes,
    ...(body !== undefined && { body }),
    ...(freshConnection !== undefined && { freshConnection }),
    ...(signal && { signal }),
  });
  if (answer.truncated) throw new AnswerTooLong(maxBytes);
  return { status: answer.statusCode, headers: answer.headers, body: readBody(answer.body) };
}

/**
 * Returns the URL to connect to: the URL of the request, or its path at `override`, which stands in for the hosts of
 * all providers.
 */
export function targetOf({ url, allowed }: Pick<Outgoing, 'url' | 'allowed'>, override: string | undefined): string {
  const parsed = URL.parse(url);
  const isOwn = parsed !== null && parsed.protocol === 'https:' && parsed.port === '' && parsed.username === '';
  if (!isOwn || parsed.password !== '' || !allowed.test(parsed.hostname)) throw new ForeignHost(url);
  if (override === undefined) return parsed.href;
  return `${override.replace(/\/+$/, '')}/${parsed.host}${parsed.pathname}${parsed.search}`;
}

/** Parses JSON regardless of the content type, because some providers send JSON as text. */
function readBody(bytes: Buffer): JsonValue {
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return null;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
