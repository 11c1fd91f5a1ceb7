import { createHash, randomBytes } from 'node:crypto';

/** Time within which the person must sign in at the provider. */
export const attemptSeconds = 600;

/**
 * One redirect of a browser to a provider and back. The browser stores the text in a cookie. State, nonce and verifier
 * are derived from the text, so the server stores nothing. A callback is valid only in the browser that began the
 * attempt, and only from the provider to which the browser was sent.
 */
export type Attempt = { text: string; state: string; nonce: string; verifier: string };

/** Begins an attempt. `place` names the provider, because the state of one provider is not valid at a different one. */
export function beginAttempt(place: string, now: Date): Attempt {
  return attemptOf(place, `${randomBytes(32).toString('base64url')}.${Math.floor(now.getTime() / 1000).toString(36)}`);
}

/**
 * Restores the attempt of a cookie. Undefined when the attempt began at a different provider or too long ago, or when
 * the cookie is malformed.
 */
export function resumeAttempt(place: string, text: string | undefined, state: string, now: Date): Attempt | undefined {
  const [, started = ''] = /^[\w-]{43}\.([\da-z]{1,8})$/.exec(text ?? '') ?? [];
  if (text === undefined || started === '') return undefined;
  const age = now.getTime() / 1000 - Number.parseInt(started, 36);
  const attempt = attemptOf(place, text);
  return age >= -1 && age <= attemptSeconds && attempt.state === state ? attempt : undefined;
}

function attemptOf(place: string, text: string): Attempt {
  const made = (what: string) => createHash('sha256').update(`${what} at ${place}: ${text}`).digest('base64url');
  return { text, state: made('state'), nonce: made('nonce'), verifier: made('verifier') };
}
