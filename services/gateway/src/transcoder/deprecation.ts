import type { Route } from './routes.ts';

/**
 * Headers of a deprecated route: `Deprecation` (RFC 9745) with the time from which clients should leave it, `Sunset`
 * (RFC 8594) with the time from which it may be removed, and a link to the replacement. Undefined for every other
 * route.
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
