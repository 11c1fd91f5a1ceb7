import { performance } from 'node:perf_hooks';
import { shortageError } from '@drippulse/errors';
import type { Agent } from 'undici';
import { startDeadline } from './deadline.ts';
import { failureCodeOf, failureMessages, HttpFailure, isOurShortage, mayHaveBeenSent } from './failure.ts';
import type { HttpRequest } from './request.ts';
import { urlProblem } from './urls.ts';

/** The connections that a request may use, and the limits of the client. */
export type Sender = { agent: Agent; allowPrivate: boolean; userAgent: string; maxUrlLength?: number | undefined };

// Headers that belong to the connection and are set by the client. With some of these headers in a request, undici
// would send a broken request.
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
 * Sends a request and waits for the head of the response. Call `end` after the body was read; `failure` returns the
 * reason why reading failed.
 */
export async function beginRequest({ agent, ...o }: Sender, request: HttpRequest) {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  const problem = urlProblem(request.url, o.allowPrivate, o.maxUrlLength);
  if (problem !== undefined) throw new HttpFailure('url_not_allowed', problem, { durationMs: 0 });
  const deadline = startDeadline(request.totalTimeoutMs, request.signal);
  function failure(cause: unknown): Error {
    const stoppedBy = deadline.stoppedBy();
    if (stoppedBy === undefined && isOurShortage(cause)) return shortageError(cause);
    const code = stoppedBy ?? failureCodeOf(cause);
    return new HttpFailure(code, failureMessages[code], {
      durationMs: elapsedMs(),
      mayHaveBeenSent: stoppedBy !== undefined || mayHaveBeenSent(cause),
      cause,
    });
  }
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
    return { answer, elapsedMs, failure, end: deadline.clear };
  } catch (cause) {
    const failed = failure(cause);
    deadline.clear();
    throw failed;
  }
}

function sendable(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => !connectionHeaders.has(name)),
  );
}
