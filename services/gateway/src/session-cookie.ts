import { isPlainLoopback } from './public-url.ts';

/**
 * Returns the name of the cookie with the session of a browser. The prefix prevents other hosts and paths from setting
 * the cookie.
 */
function nameOf(publicUrl: string): string {
  return isPlainLoopback(publicUrl) ? 'drippulse' : '__Host-drippulse';
}

/**
 * Returns the `Set-Cookie` value with a session token. No script of a page can read the cookie, and no foreign site can
 * send it.
 */
export function sessionCookie(publicUrl: string, token: string, secondsLeft: number): string {
  const attributes = [`Max-Age=${Math.max(0, Math.floor(secondsLeft))}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  if (!isPlainLoopback(publicUrl)) attributes.push('Secure');
  return [`${nameOf(publicUrl)}=${token}`, ...attributes].join('; ');
}

/** Returns the `Set-Cookie` value that removes the session. */
export function endedSessionCookie(publicUrl: string): string {
  return sessionCookie(publicUrl, '', 0);
}

/**
 * Returns the session token of a `Cookie` header. Undefined if two cookies have the name, because one of them may be
 * planted.
 */
export function readSessionCookie(header: string | undefined, publicUrl: string): string | undefined {
  const start = `${nameOf(publicUrl)}=`;
  const found = (header ?? '').split(/;\s*/).filter((pair) => pair.startsWith(start));
  return found.length === 1 ? found[0]?.slice(start.length) : undefined;
}
