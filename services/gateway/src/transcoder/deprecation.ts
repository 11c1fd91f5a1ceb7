import type { Route } from './routes.ts';

/**
 * Returns the headers of a deprecated route: `Deprecation` (RFC 9745) with the time after which clients should no
 * longer use the route, `Sunset` (RFC 8594) with the time after which the route may be removed, and a link to the
 * replacement. Returns undefined for a route that is not deprecated.
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
