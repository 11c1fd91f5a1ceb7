import type { HttpMethod, Route } from './routes.ts';

/** Result for a path: a route and its parameters, or the methods that the path allows. */
export type Match<R extends Route = Route> =
  | { route: R; parameters: Record<string, string> }
  | { allowed: string[] }
  | undefined;

export type Router<R extends Route> = (httpMethod: string, path: string) => Match<R>;

type Node<R extends Route> = {
  literals: Map<string, Node<R>>;
  parameter?: Node<R>;
  routes: Map<HttpMethod, R>;
};

/**
 * Compiles routes into a tree of path segments. Literal segments take precedence over parameters. HEAD is routed like
 * GET. One trailing slash is accepted.
 */
export function createRouter<R extends Route>(routes: readonly R[]): Router<R> {
  const root = emptyNode<R>();
  for (const route of routes) insert(root, route);
  return (httpMethod, path) => {
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const segments = trimmed.split('/').slice(1).map(decodeSegment);
    const found = find(root, segments, 0);
    if (found === undefined) return undefined;
    // undefined for unknown methods
    const route = found.routes.get((httpMethod === 'HEAD' ? 'GET' : httpMethod) as HttpMethod);
    return route === undefined
      ? { allowed: allowedMethods(found) }
      : { route, parameters: parametersOf(route, segments) };
  };
}

function emptyNode<R extends Route>(): Node<R> {
  return { literals: new Map(), routes: new Map() };
}

function insert<R extends Route>(root: Node<R>, route: R): void {
  let node = root;
  for (const segment of route.segments) {
    let next = 'literal' in segment ? node.literals.get(segment.literal) : node.parameter;
    if (next === undefined) {
      next = emptyNode<R>();
      if ('literal' in segment) node.literals.set(segment.literal, next);
      else node.parameter = next;
    }
    node = next;
  }
  if (node.routes.has(route.httpMethod)) throw new Error(`Two routes for ${route.httpMethod} ${route.template}`);
  node.routes.set(route.httpMethod, route);
}

function find<R extends Route>(node: Node<R>, segments: readonly string[], index: number): Node<R> | undefined {
  const segment = segments[index];
  if (segment === undefined) return node.routes.size > 0 ? node : undefined;
  const literal = node.literals.get(segment);
  const viaLiteral = literal && find(literal, segments, index + 1);
  if (viaLiteral !== undefined || node.parameter === undefined || segment === '') return viaLiteral;
  return find(node.parameter, segments, index + 1);
}

// Decodes a path segment. A segment with invalid percent-encoding is left as it is. It matches nothing, so the response
// is 404.
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function allowedMethods<R extends Route>(node: Node<R>): string[] {
  const methods: string[] = [...node.routes.keys()];
  return node.routes.has('GET') ? [...methods, 'HEAD'] : methods;
}

function parametersOf(route: Route, segments: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    if ('parameter' in segment) parameters[segment.parameter] = segments[index] ?? '';
  }
  return parameters;
}
