import { DomainError, type Violation } from '@drippulse/errors';
import { createHttpClient, HttpFailure } from '@drippulse/http';
import { isRawNumber, parseJson } from '@drippulse/json';
import type { Config } from './config.ts';

/** The hCaptcha account of this server, if it has one. */
export type Captcha = {
  isConfigured: boolean;
  /** The public key for the page of a form; undefined if there is no hCaptcha account. */
  siteKey: string | undefined;
  /** Throws unless hCaptcha confirms the answer. Each answer is valid once. */
  verify(answer: string, clientAddress: string): Promise<void>;
  close(): Promise<void>;
};

const timeoutMs = 5_000;

/**
 * Creates the client. A verification URL that the operator has set may lead to a private address; hCaptcha's own URL is
 * public.
 */
export function createCaptcha({ hcaptcha }: Pick<Config, 'hcaptcha'>): Captcha {
  const { siteKey, secret, verifyUrl, isOwnUrl } = hcaptcha;
  const http = createHttpClient({ allowPrivate: isOwnUrl, userAgent: 'DripPulse' });
  return {
    isConfigured: siteKey !== undefined && secret !== undefined,
    siteKey,
    async verify(answer, clientAddress) {
      if (siteKey === undefined || secret === undefined) throw unavailable();
      if (answer === '') throw notPassed();
      const form = { secret, response: answer, sitekey: siteKey, remoteip: clientAddress };
      const reply = await http
        .request({
          url: verifyUrl,
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(form).toString(),
          secrets: [secret],
          totalTimeoutMs: timeoutMs,
        })
        .catch((error: unknown) => {
          throw error instanceof HttpFailure ? unavailable(error) : error;
        });
      if (reply.statusCode !== 200) throw unavailable();
      if (!isSuccess(reply.text)) throw notPassed();
    },
    close: () => http.close(),
  };
}

function isSuccess(text: string): boolean {
  try {
    const answer = parseJson(text);
    return (
      typeof answer === 'object' &&
      answer !== null &&
      !Array.isArray(answer) &&
      !isRawNumber(answer) &&
      answer['success'] === true
    );
  } catch (cause) {
    throw unavailable(cause);
  }
}

function notPassed(): DomainError {
  const message = 'Show that you are a person, then send the form again.';
  const violations: Violation[] = [{ field: 'h-captcha-response', message: 'was not accepted', code: 'not_allowed' }];
  return new DomainError('invalid', 'captcha_failed', message, { violations });
}

function unavailable(cause?: unknown): DomainError {
  const message = 'The form cannot be checked right now. Try again in a moment.';
  return new DomainError('unavailable', 'captcha_unavailable', message, { cause, retryAfterSeconds: 5 });
}
