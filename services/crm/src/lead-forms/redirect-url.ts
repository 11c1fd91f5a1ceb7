const maxLength = 2_000;

/**
 * Normalizes a redirect URL as the URL standard does: only ASCII, so that the URL can be the value of a header. Returns
 * undefined for a URL that is too long, is not http or https, or contains a user name or password.
 */
export function normalizeRedirect(text: string): string | undefined {
  const url = text.length <= maxLength ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href.length <= maxLength ? url.href : undefined;
}
