import { DomainError } from '@drippulse/errors';

const longest = 2_000;

/**
 * Reads the path to which the browser returns at the end. The resulting URL stays on the origin, regardless of how
 * browsers interpret slashes and backslashes.
 */
export function readReturnTo(path: string, publicUrl: string): string {
  const { origin } = new URL(publicUrl);
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\') && path.length <= longest;
  const url = isPath ? URL.parse(path, origin) : null;
  if (url !== null && url.origin === origin) return `${url.pathname}${url.search}${url.hash}`;
  throw new DomainError('invalid', 'invalid_return_to', 'return_to must be a path on this origin, such as /settings.', {
    violations: [{ field: 'return_to', message: 'must be a path on this origin', code: 'format' }],
  });
}

/** Returns the URL to which the browser returns, with the result of the consent as its query. */
export function returnAddress(returnTo: string, publicUrl: string, result: Readonly<Record<string, string>>): string {
  const url = new URL(returnTo, new URL(publicUrl).origin);
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value);
  return url.href;
}
