import { hashOf } from './secrets.ts';

/** Lifetime of an authorization. */
export const lifeSeconds = 600;

/**
 * Names the cookie of an authorization. Every authorization has its own, so two consents in one browser can coexist.
 */
function nameOf(publicUrl: string, state: string): string {
  const name = `drippulse-connect-${hashOf(state).toString('hex', 0, 8)}`;
  return isSecure(publicUrl) ? `__Host-${name}` : name;
}

/**
 * Whether the cookie has the prefix `__Host-`, which prevents other hosts and paths from setting it. Browsers accept
 * the prefix only over https, so cookies over plain http, which is for development, do not have it.
 */
function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:');
}

/**
 * Returns the `Set-Cookie` that marks the browser. It is `Lax`, because the provider's redirect comes from a different
 * site.
 */
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

/** Returns the `Set-Cookie` that removes the cookie of an authorization. */
export function endedCookieOf(publicUrl: string, state: string): string {
  return cookieOf(publicUrl, state, '').replace(`Max-Age=${lifeSeconds}`, 'Max-Age=0');
}

/** Reads the value of the cookie from a `Cookie` header. */
export function readCookie(header: string | null, publicUrl: string, state: string): string | undefined {
  const start = `${nameOf(publicUrl, state)}=`;
  const pair = (header ?? '').split(/;\s*/).find((one) => one.startsWith(start));
  return pair?.slice(start.length);
}
