import type { HttpClient } from '@drippulse/http';
import { type JsonValue, parseJson } from '@drippulse/json';
import type { ProviderAnswer } from '@drippulse/providers';

/** A request to a provider as it leaves: with its credentials. */
export type Outgoing = {
  url: string;
  /** Host names that the credentials may go to. */
  allowed: RegExp;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  timeoutMs: number;
  /** Most bytes of the answer. Default: 1 MiB. A longer one is a failure, not half an answer. */
  maxBytes?: number;
  /** Whether it must not use a kept connection, since a repeat would happen twice. */
  freshConnection?: boolean;
  signal?: AbortSignal;
};

type Sender = { http: HttpClient; config: { hostsOverride: string | undefined } };

/** An address that credentials must not go to. */
export class ForeignHost extends Error {
  constructor(url: string) {
    super(`${URL.parse(url)?.host ?? 'this address'} is not a host of the provider`);
    this.name = 'ForeignHost';
  }
}

/** An answer that is longer than may be read. */
export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
    this.name = 'AnswerTooLong';
  }
}

const defaultBytes = 1024 * 1024;

/**
 * Sends a request and returns any answer. Redirects are answers. Throws HttpFailure without one, and ForeignHost before
 * anything is sent where the host is not one of the provider's: credentials go along, and addresses come from customers
 * and from answers.
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

/** The address to connect to: that of the request, or its place at the override, which stands for every provider. */
export function targetOf({ url, allowed }: Pick<Outgoing, 'url' | 'allowed'>, override: string | undefined): string {
  const parsed = URL.parse(url);
  const isOwn = parsed !== null && parsed.protocol === 'https:' && parsed.port === '' && parsed.username === '';
  if (!isOwn || parsed.password !== '' || !allowed.test(parsed.hostname)) throw new ForeignHost(url);
  if (override === undefined) return parsed.href;
  return `${override.replace(/\/+$/, '')}/${parsed.host}${parsed.pathname}${parsed.search}`;
}

/** JSON where it is JSON, whatever its type is said to be: some providers send it as text. */
function readBody(bytes: Buffer): JsonValue {
  const text = new TextDecoder().decode(bytes);
  if (text.trim() === '') return null;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
