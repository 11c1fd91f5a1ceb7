import { isPlainLoopback } from '../../public-url.ts';
import { type Attempt, attemptSeconds } from './attempt.ts';

/**
 * Returns the name of an attempt's cookie. Each attempt has its own cookie, so that two tabs of one browser do not end
 * each other's attempts.
 */
function nameOf(publicUrl: string, state: string): string {
  const name = `drippulse-sign-in-${state.slice(0, 16)}`;
  return isPlainLoopback(publicUrl) ? name : `__Host-${name}`;
}

/**
 * Returns the `Set-Cookie` value that stores an attempt. It is `Lax`, because the provider's redirect comes from a
 * different site and must include the cookie.
 */
export function attemptCookie(publicUrl: string, { state, text }: Attempt): string {
  return cookieOf(publicUrl, state, text, attemptSeconds);
}

/** Returns the `Set-Cookie` value that removes the attempt. */
export function endedAttemptCookie(publicUrl: string, state: string): string {
  return cookieOf(publicUrl, state, '', 0);
}

function cookieOf(publicUrl: string, state: string, text: string, seconds: number): string {
  const attributes = [`Max-Age=${seconds}`, 'Path=/', 'HttpOnly', 'SameSite=Lax'];
  if (!isPlainLoopback(publicUrl)) attributes.push('Secure');
  return [`${nameOf(publicUrl, state)}=${text}`, ...attributes].join('; ');
}

/** Reads the text of an attempt from a `Cookie` header. */
export function readAttemptCookie(header: string | null, publicUrl: string, state: string): string | undefined {
  const start = `${nameOf(publicUrl, state)}=`;
  return (header ?? '')
    .split(/;\s*/)
    .find((pair) => pair.startsWith(start))
    ?.slice(start.length);
}
