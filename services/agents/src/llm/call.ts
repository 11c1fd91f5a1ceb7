import { DomainError } from '@drippulse/errors';
import { HttpFailure } from '@drippulse/http';
import type { Llm } from './llm.ts';
import { type ModelRequest, modelOf, optionsOf } from './model.ts';
import { type Answer, readAnswer } from './read-answer.ts';
import type { ModelSource } from './source.ts';

/** The result of a call. Its strings never contain the request or the API key. */
export type CallResult =
  /** The request did not reach the provider. */
  | { kind: 'not_sent'; error: string }
  | { kind: 'status'; status: number; error: string; retryAfterSeconds?: number }
  /** The request may have reached the provider, with an unknown outcome. */
  | { kind: 'unknown'; error: string }
  /** The provider answered with success. `answer` is undefined if the answer was unreadable. */
  | { kind: 'answered'; answer: Answer | undefined; bytes: number };

const mostAnswerBytes = 4 * 1024 * 1024;
const longestRetryAfterSeconds = 600;

/** Sends the stored body of a request once. */
export async function callModel(
  { http, source }: Pick<Llm, 'http' | 'source'>,
  { request, body, timeoutMs, signal }: { request: ModelRequest; body: string; timeoutMs: number; signal: AbortSignal },
): Promise<CallResult> {
  const seen: { result: CallResult } = { result: { kind: 'not_sent', error: 'The request was not sent.' } };
  const model = await modelOf(source, request.model, async (url, init) => {
    seen.result = { kind: 'unknown', error: `${nameOf(source)} did not answer.` };
    const answer = await http
      .exchange({
        url: String(url),
        method: 'POST',
        headers: Object.fromEntries(new Headers(init?.headers)),
        body,
        totalTimeoutMs: timeoutMs,
        maxReadBytes: mostAnswerBytes,
        // Opens a new connection. If a reused connection had just been closed by the provider, the outcome of the call
        // would be unknown.
        freshConnection: true,
        signal,
      })
      .catch((error: unknown) => {
        // The failure is recorded here, because the library replaces it with its own error.
        seen.result = failureOf(source, error);
        throw error;
      });
    const { statusCode: status, body: text } = answer;
    const said = { status, retryAfter: answer.headers['retry-after'], bytes: text.length };
    seen.result = resultOf(source, request.model, said);
    return new Response(new Uint8Array(text), { status, headers: answer.headers });
  });
  try {
    const generated = await model.doGenerate(optionsOf(request));
    const { result } = seen;
    return result.kind === 'answered' ? { ...result, answer: readAnswer(generated, request.model) } : result;
  } catch {
    return seen.result;
  }
}

function resultOf(
  source: ModelSource,
  model: string,
  { status, retryAfter, bytes }: { status: number; retryAfter: string | undefined; bytes: number },
): CallResult {
  if (status >= 200 && status <= 299) return { kind: 'answered', answer: undefined, bytes };
  const seconds = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  return {
    kind: 'status',
    status,
    error: `${nameOf(source)} answered ${status}${source.owner === 'organization' ? adviceOn(status, model) : ''}.`,
    ...(seconds >= 0 && { retryAfterSeconds: Math.min(seconds, longestRetryAfterSeconds) }),
  };
}

/**
 * Returns the name by which messages refer to the provider. For an organization's own account, the name contains the
 * provider's host.
 */
function nameOf({ owner, baseUrl }: ModelSource): string {
  return owner === 'installation' ? 'The provider' : `Your own model provider ${new URL(baseUrl).host}`;
}

/** Returns advice on a status that the organization's own provider returned. */
function adviceOn(status: number, model: string): string {
  if (status === 401 || status === 403)
    return ': it refuses the key. An administrator can enter another one in the model connection';
  if (status === 404) return `: it has no model ${model}, or the address of the model connection is wrong`;
  if (status === 402) return ': the account has no credit';
  return status === 429 ? ': too many requests, or no credit' : '';
}

/** Converts a failure to a result: `unknown`, unless the request certainly did not leave this process. */
function failureOf(source: ModelSource, error: unknown): CallResult {
  if (error instanceof HttpFailure) {
    const text = `${nameOf(source)} did not answer (${error.code}).`;
    return error.mayHaveBeenSent ? { kind: 'unknown', error: text } : { kind: 'not_sent', error: text };
  }
  if (error instanceof DomainError && error.kind === 'unavailable') return { kind: 'not_sent', error: error.message };
  return { kind: 'unknown', error: `${nameOf(source)} was called in vain.` };
}
