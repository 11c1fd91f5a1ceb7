const maxLength = 2_000;

/**
 * Normalizes the address of a redirect as the URL standard does: only ASCII, so that the address can be the value of a
 * header. Returns undefined for an address that is too long, is not http or https, or contains a user name or password.
 */
export function normalizeRedirect(text: string): string | undefined {
  const url = text.length <= maxLength ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href.length <= maxLength ? url.href : undefined;
}
