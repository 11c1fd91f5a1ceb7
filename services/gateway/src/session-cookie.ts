import { isPlainLoopback } from './public-url.ts';

/**
 * Name of the cookie that has the session of a browser. No other host and no other path can set one with the prefix.
 */
function nameOf(publicUrl: string): string {
  return isPlainLoopback(publicUrl) ? 'drippulse' : '__Host-drippulse';
}

/** `Set-Cookie` with a session token, which no script of a page can read, and which no other site can send. */
export function sessionCookie(publicUrl: string, token: string, secondsLeft: number): string {
  const attributes = [`Max-Age=${Math.max(0, Math.floor(secondsLeft))}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  if (!isPlainLoopback(publicUrl)) attributes.push('Secure');
  return [`${nameOf(publicUrl)}=${token}`, ...attributes].join('; ');
}

/** `Set-Cookie` that removes it. */
export function endedSessionCookie(publicUrl: string): string {
  return sessionCookie(publicUrl, '', 0);
}

/** The session token in a `Cookie` header. With two of the name, of which one may be planted, there is none. */
export function readSessionCookie(header: string | undefined, publicUrl: string): string | undefined {
  const start = `${nameOf(publicUrl)}=`;
  const found = (header ?? '').split(/;\s*/).filter((pair) => pair.startsWith(start));
  return found.length === 1 ? found[0]?.slice(start.length) : undefined;
}
