/**
 * Returns scheme, host and port of a URL that may be a template, as the URL standard reads them: with any number of
 * slashes and backslashes, and without tabs and line ends. Returns undefined if the data of a run can change the
 * scheme, host or port, or if the text is not a URL.
 */
export function originOf(url: string): string | undefined {
  const template = url.search(/\{[{%]/);
  if (template < 0) return URL.parse(url)?.origin;
  const written = url.slice(0, template);
  const origin = URL.parse(written)?.origin;
  // If one more letter can change the host or the port, the data of a run can change it too.
  return URL.parse(`${written}x`)?.origin === origin ? origin : undefined;
}
