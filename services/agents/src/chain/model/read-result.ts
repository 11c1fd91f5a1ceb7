import type { ModelResult } from '../../calls/step.ts';
import type { CallResult } from '../../llm/call.ts';

/** HTTP statuses that a gateway returns although the provider behind the gateway may have processed the request. */
const uncertain: ReadonlySet<number> = new Set([408, 502, 504]);

/** Converts the result of a call to the result of its step. */
export function resultOfCall(result: CallResult): ModelResult {
  switch (result.kind) {
    case 'not_sent':
      return { outcome: 'passing', error: result.error };
    case 'unknown':
      return { outcome: 'uncertain', error: result.error };
    case 'status':
      return ofStatus(result);
    case 'answered':
      return ofAnswer(result);
  }
}

function ofStatus({ status, error, retryAfterSeconds }: Extract<CallResult, { kind: 'status' }>): ModelResult {
  if (uncertain.has(status)) return { outcome: 'uncertain', error };
  if (status === 429 || status >= 500 || (status === 402 && retryAfterSeconds !== undefined)) {
    return { outcome: 'passing', error, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  return { outcome: 'failed', code: 'provider_refused', message: error };
}

/** Converts an answer. An unreadable answer counts as empty, because it was paid for and the model may correct it. */
function ofAnswer({ answer }: Extract<CallResult, { kind: 'answered' }>): ModelResult {
  if (answer === undefined) {
    return { outcome: 'succeeded', answer: { text: '', toolCalls: [], finish: 'other', model: '' } };
  }
  const { text, toolCalls, finish, model } = answer;
  return { outcome: 'succeeded', answer: { text: clean(text), toolCalls, finish, model } };
}

/** Removes NUL, which PostgreSQL does not store in text. */
function clean(text: string): string {
  return text.replaceAll('\u0000', '');
}
