import { HttpFailure } from '@drippulse/http';
import type { Credentials, Problem, Provider, Verdict } from '@drippulse/providers';
import { redact } from '@drippulse/secrets';
import { z } from 'zod';
import { AnswerTooLong, ForeignHost } from '../send.ts';
import { secretsOf } from './credentials.ts';

/** A verdict other than a success. */
export type Refusal = Exclude<Verdict, { class: 'ok' | 'done' }>;

const longestCode = 100;
const longestMessage = 500;

const storedError = z.object({ code: z.string(), message: z.string(), at: z.coerce.date() });

/** Returns the stored form of a failure: code, message and time, without credentials. */
export function storeError(problem: Pick<Problem, 'code' | 'message'>, at: Date): string {
  return JSON.stringify({ ...problem, at });
}

export function readError(text: string | null): z.infer<typeof storedError> | undefined {
  return text === null ? undefined : storedError.parse(JSON.parse(text));
}

/** Removes a connection's credentials from a provider's message, which may repeat parts of the request. */
export function maskProblem(provider: Provider, credentials: Credentials, { code, message }: Problem): Problem {
  const secrets = secretsOf(provider, credentials);
  const clean = (text: string, length: number) =>
    redact(text.replaceAll('\0', ''), secrets).slice(0, length).toWellFormed();
  return { code: clean(code, longestCode), message: clean(message, longestMessage) };
}

/** Returns the message of a problem with its code. If the message already contains the code, returns it unchanged. */
export function wordsOf({ code, message }: Pick<Problem, 'code' | 'message'>): string {
  return message.includes(code) ? message : `${message} (${code})`;
}

/** Removes credentials from the message of a verdict. */
export function maskVerdict<V extends Verdict>(provider: Provider, credentials: Credentials, verdict: V): V {
  return 'problem' in verdict
    ? { ...verdict, problem: { ...verdict.problem, ...maskProblem(provider, credentials, verdict.problem) } }
    : verdict;
}

/** Interprets the failure of a request without an answer. Rethrows defects and resource shortages of this machine. */
export function verdictOfFailure(error: unknown): Refusal {
  if (error instanceof HttpFailure) {
    const problem = { code: error.code, message: error.message };
    return { class: error.mayHaveBeenSent ? 'unknown' : 'temporary', problem };
  }
  if (error instanceof ForeignHost)
    return { class: 'permanent', problem: { code: 'foreign_host', message: error.message } };
  if (error instanceof AnswerTooLong)
    return { class: 'permanent', problem: { code: 'too_large', message: error.message } };
  throw error;
}
