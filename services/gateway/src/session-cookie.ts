import { isPlainLoopback } from './public-url.ts';

/** Name of the cookie with the session of a browser. The prefix prevents other hosts and paths from setting one. */
function nameOf(publicUrl: string): string {
  return isPlainLoopback(publicUrl) ? 'drippulse' : '__Host-drippulse';
}

/** `Set-Cookie` with a session token. No script of a page can read it, and no other site can send it. */
export function sessionCookie(publicUrl: string, token: string, secondsLeft: number): string {
  const attributes = [`Max-Age=${Math.max(0, Math.floor(secondsLeft))}`, 'Path=/', 'HttpOnly', 'SameSite=Strict'];
  if (!isPlainLoopback(publicUrl)) attributes.push('Secure');
  return [`${nameOf(publicUrl)}=${token}`, ...attributes].join('; ');
}

/** `Set-Cookie` that removes the session. */
export function endedSessionCookie(publicUrl: string): string {
  return sessionCookie(publicUrl, '', 0);
}

/** Session token in a `Cookie` header. Undefined with two cookies of the name, because one may be planted. */
export function readSessionCookie(header: string | undefined, publicUrl: string): string | undefined {
  const start = `${nameOf(publicUrl)}=`;
  const found = (header ?? '').split(/;\s*/).filter((pair) => pair.startsWith(start));
  return found.length === 1 ? found[0]?.slice(start.length) : undefined;
}
