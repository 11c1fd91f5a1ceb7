const maxLength = 2_000;

/**
 * Normalizes the address of a redirect as the URL standard does: only ASCII, so that the address can be the value
 * of a header. Undefined for a string that is too long, or that is not an http or https URL without a user name.
 */
export function normalizeRedirect(text: string): string | undefined {
  const url = text.length <= maxLength ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href.length <= maxLength ? url.href : undefined;
}
