import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { createRouter } from './router.ts';
import { type Route, routesOf, type Segment } from './routes.ts';

const [anyRoute] = routesOf(ProbeService);

/** Creates a route with a path. The router ignores the route's other members. */
function routeAt(httpMethod: Route['httpMethod'], template: string): Route {
  if (anyRoute === undefined) throw new Error('the probe has no routes');
  const segments = template
    .split('/')
    .slice(1)
    .map((text): Segment => (text.startsWith('{') ? { parameter: text.slice(1, -1) } : { literal: text }));
  return { ...anyRoute, httpMethod, template, segments };
}

const router = createRouter([
  routeAt('GET', '/things'),
  routeAt('POST', '/things'),
  routeAt('GET', '/things/{id}'),
  routeAt('DELETE', '/things/{id}'),
  routeAt('GET', '/things/types'),
  routeAt('GET', '/things/{thing_id}/parts/{id}'),
  routeAt('GET', '/things/types/all'),
]);

function follow(httpMethod: string, path: string) {
  const match = router(httpMethod, path);
  if (match === undefined || 'allowed' in match) return match;
  return [match.route.template, match.parameters];
}

test.each([
  ['GET', '/things', '/things', {}],
  ['GET', '/things/', '/things', {}],
  ['HEAD', '/things', '/things', {}],
  ['GET', '/things/7', '/things/{id}', { id: '7' }],
  ['GET', '/things/a%2Fb%20c', '/things/{id}', { id: 'a/b c' }],
  ['GET', '/things/%zz', '/things/{id}', { id: '%zz' }],
  ['GET', '/things/types', '/things/types', {}],
  ['GET', '/things/types/parts/2', '/things/{thing_id}/parts/{id}', { thing_id: 'types', id: '2' }],
  ['GET', '/things/7/parts/2/', '/things/{thing_id}/parts/{id}', { thing_id: '7', id: '2' }],
])('%s %s leads to %s', (httpMethod, path, template, parameters) => {
  expect(follow(httpMethod, path)).toEqual([template, parameters]);
});

test.each(['/', '', '/thing', '/things//', '/things//parts/2', '/things/7/parts', '/things/7/8', 'things'])(
  '%j leads nowhere',
  (path) => {
    expect(follow('GET', path)).toBeUndefined();
  },
);

test.each([
  ['OPTIONS', '/things', ['GET', 'POST', 'HEAD']],
  ['PATCH', '/things/7', ['GET', 'DELETE', 'HEAD']],
  ['DELETE', '/things/types', ['GET', 'HEAD']],
])('%s %s names the methods that the path takes', (httpMethod, path, allowed) => {
  expect(follow(httpMethod, path)).toEqual({ allowed });
});

test('two routes for one method and path are refused at start', () => {
  expect(() => createRouter([routeAt('GET', '/a/{x}'), routeAt('GET', '/a/{y}')])).toThrow('Two routes');
});
