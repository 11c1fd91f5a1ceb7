import type { EffectResult } from '@drippulse/engine';
import type { HttpAnswer } from '@drippulse/http';
import { checkJsonText, type JsonValue, parseJson } from '@drippulse/json';
import { readRetryAfter } from './retry-after.ts';

/** Statuses that ask the client to try again later (RFC 9110, RFC 8470). Any other 4xx is final for this request. */
const retryableStatuses = new Set([408, 425, 429]);
const excerptLength = 300;

/** Returns the result of the step for an HTTP response. */
export function resultOf(answer: HttpAnswer, request: string, now: Date): EffectResult {
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) {
    return {
      outcome: 'succeeded',
      message: `${request} answered ${statusCode}`,
      output: { response: contentOf(answer) },
    };
  }
  const retryable = statusCode >= 500 || retryableStatuses.has(statusCode);
  const retryAfterSeconds = retryable ? readRetryAfter(answer.headers['retry-after'], now) : undefined;
  const excerpt = answer.text.slice(0, excerptLength).toWellFormed();
  return {
    outcome: 'failed',
    error: `${request} answered ${statusCode}${excerpt === '' ? '' : `: ${excerpt}`}`,
    retryable,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** Returns the first 16 KiB of the body: as JSON if they are a complete JSON text that can be stored, else as text. */
function contentOf(answer: HttpAnswer): JsonValue & object {
  const { text } = answer;
  const json = answer.truncated ? undefined : readJson(text);
  return { status: answer.statusCode, body: json ?? text, ...(answer.truncated && { truncated: true }) };
}

function readJson(text: string): JsonValue | undefined {
  try {
    return checkJsonText(text).length === 0 ? parseJson(text) : undefined;
  } catch {
    return undefined;
  }
}
