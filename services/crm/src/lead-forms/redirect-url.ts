const maxLength = 2_000;

/**
 * The address of a redirect as the URL standard writes it: ASCII only, so that it can be the value of a header.
 * Undefined for text that is no http or https URL without a user name, or too long.
 */
export function normalizeRedirect(text: string): string | undefined {
  const url = text.length <= maxLength ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href.length <= maxLength ? url.href : undefined;
}
