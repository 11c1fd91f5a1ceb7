import { hashOf } from './secrets.ts';

/** As long as an authorization lives. */
export const lifeSeconds = 600;

/** Each authorization has a cookie of its own, so that two consents of one browser do not end each other. */
function nameOf(publicUrl: string, state: string): string {
  const name = `drippulse-connect-${hashOf(state).toString('hex', 0, 8)}`;
  return isSecure(publicUrl) ? `__Host-${name}` : name;
}

/**
 * Browsers take the prefix `__Host-`, by which no other host and no other path can set the cookie, over https alone.
 * Over plain http, which is for the machine of a developer, there is none.
 */
function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}

/** `Set-Cookie` that marks the browser. `Lax`: the provider's redirect comes from another site, and has to bring it. */
export function cookieOf(publicUrl: string, state: string, value: string): string {
  const attributes = [
    `Max-Age=${lifeSeconds}`,
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure(publicUrl) ? ['Secure'] : []),
  ];
  return [`${nameOf(publicUrl, state)}=${value}`, ...attributes].join('; ');
}

/** `Set-Cookie` that removes it. */
export function endedCookieOf(publicUrl: string, state: string): string {
  return cookieOf(publicUrl, state, '').replace(`Max-Age=${lifeSeconds}`, 'Max-Age=0');
}

/** The value in a `Cookie` header. */
export function readCookie(header: string | null, publicUrl: string, state: string): string | undefined {
  const start = `${nameOf(publicUrl, state)}=`;
  const pair = (header ?? '').split(/;\s*/).find((one) => one.startsWith(start));
  return pair?.slice(start.length);
}
