/** Matches valid names of parameters. A name that does not match may be a value in the wrong place. */
const parameterName = /^[A-Za-z][A-Za-z0-9_.[\]-]{0,39}$/;

/** Returns the attributes of a span that contain a query, from an absolute URL. */
export function hiddenUrl(url: string): { 'url.full': string; 'url.query': string | undefined } {
  const query = hiddenQuery(url);
  const [base = ''] = url.split(/[?#]/, 1);
  return { 'url.full': query === undefined ? base : `${base}?${query}`, 'url.query': query };
}

/**
 * Returns the query of a URL without its values, such as `email=*&limit=*`, because a value may be the address of a
 * person or a token. Returns undefined for a URL without a query.
 */
export function hiddenQuery(url: string): string | undefined {
  const [, search = ''] = /^[^?]*\?([^#]*)/s.exec(url) ?? [];
  if (search === '') return undefined;
  return search
    .split('&')
    .slice(0, 50)
    .map((part) => {
      const [name = ''] = part.split('=', 1);
      return parameterName.test(name) ? `${name}=*` : '*';
    })
    .join('&');
}
