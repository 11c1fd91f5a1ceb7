import { DomainError } from '@drippulse/errors';
import { HttpFailure } from '@drippulse/http';
import { type JsonValue, parseJson } from '@drippulse/json';
import { Webhook } from 'standardwebhooks';
import type { RemoteCode } from '../code/code.ts';
import type { Context } from '../context.ts';
import { isJsonObject } from '../json-objects.ts';
import { validate } from '../schemas/validate.ts';
import type { Loaded } from './load.ts';
import type { StepResult } from './step.ts';

const longestOutput = 64 * 1024;
const longestRetryAfterSeconds = 600;

/** Calls remote code, with the same bytes and key on every attempt. Never throws for an error of the remote side. */
export async function callCode(
  ctx: Context,
  { row, step, agent, configuration, now }: Loaded,
  signal: AbortSignal,
): Promise<StepResult> {
  const { code_id: named } = configuration;
  const codeId = agent.codeId ?? (typeof named === 'string' ? named : '');
  const code = ctx.code.get(codeId);
  if (code === undefined || code.kind !== 'remote') {
    return {
      outcome: 'failed',
      code: 'code_not_registered',
      message: `The code ${codeId} is no longer registered.`,
    };
  }
  const { body } = step.request;
  const text = typeof body === 'string' ? body : '{}';
  const id = `agx_${row.key}`;
  const leftMs = (row.deadline_at?.getTime() ?? 0) - now.getTime();
  try {
    const answer = await ctx.http.request({
      url: code.url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `${row.key}:${step.seq}`,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(code.secret).sign(id, now, text),
      },
      body: text,
      totalTimeoutMs: Math.max(1, Math.min(code.timeoutMs, leftMs)),
      maxReadBytes: 2 * longestOutput,
      keepBytes: 2 * longestOutput,
      signal,
    });
    return readAnswer(code, answer.statusCode, answer.text, answer.headers['retry-after']);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof HttpFailure && error.code === 'url_not_allowed') {
      return { outcome: 'failed', code: 'code_refused', message: 'The address of the code is not allowed.' };
    }
    // The remote code recognizes a repeated request by its key, so it does not matter whether this request arrived.
    if (error instanceof HttpFailure) return { outcome: 'passing', error: `The code did not answer (${error.code}).` };
    if (error instanceof DomainError && error.kind === 'unavailable')
      return { outcome: 'passing', error: error.message };
    throw error;
  }
}

function readAnswer(code: RemoteCode, status: number, text: string, retryAfter: string | undefined): StepResult {
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(retryAfter);
    const wait =
      retryAfter !== undefined && seconds >= 0
        ? { retryAfterSeconds: Math.min(seconds, longestRetryAfterSeconds) }
        : {};
    return { outcome: 'passing', error: `The code answered ${status}.`, ...wait };
  }
  if (status < 200 || status > 299) {
    return { outcome: 'failed', code: 'code_refused', message: `The code answered ${status}.` };
  }
  const output = parsed(text);
  if (!isJsonObject(output) || Buffer.byteLength(text) > longestOutput) {
    return invalid('The answer of the code is not a JSON object of at most 64 KiB.');
  }
  const [violation] = code.outputSchema === null ? [] : validate(code.outputSchema, output, 'output');
  return violation === undefined
    ? { outcome: 'succeeded', output }
    : invalid(`${violation.field} ${violation.message}`);
}

function invalid(message: string): StepResult {
  return { outcome: 'failed', code: 'invalid_output', message };
}

function parsed(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
