import type { Route } from './routes.ts';

/**
 * The headers of a route that is going to be removed: `Deprecation` (RFC 9745) since when clients should leave it,
 * `Sunset` (RFC 8594) from when on it may be gone, and a link to what takes its place. Undefined for every other route.
 */
export function deprecationHeaders({ rest: { deprecated } }: Pick<Route, 'rest'>): Record<string, string> | undefined {
  if (deprecated === undefined) return undefined;
  const { since, sunset, link } = deprecated;
  return {
    deprecation: `@${Date.parse(since) / 1000}`,
    ...(sunset !== '' && { sunset: new Date(sunset).toUTCString() }),
    ...(link !== '' && { link: `<${link}>; rel="deprecation"; type="text/html"` }),
  };
}
