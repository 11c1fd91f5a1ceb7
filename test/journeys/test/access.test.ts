import { type Api, type RunningPlatform, startLayout } from '@drippulse/harness';
import { Auth, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import type { Resources } from '@drippulse/testing';
import { fuzzTimeoutMs, hostileJson, hostileValues, inRounds, type Random } from '@drippulse/testing/hostile';
import { owners } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeAllResources, makeMember, makeOrganization, roles } from '../src/organizations.ts';
import { collectionOf, fill, nounsOf, type Route, routes } from '../src/routes.ts';

const UNKNOWN = 987_654_321;
const UNKNOWN_UUID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const REQUEST_ID = 'access-matrix';
let platform: RunningPlatform;
let members: Record<(typeof roles)[number], Api>;
let testKey: Api;
let stranger: Api;
let hostile: Api;
let ours: Resources;
let theirs: Resources;

beforeAll(async () => {
  platform = await startLayout('start', {
    env: { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_BURST: '100000', WEBHOOK_ALLOW_PRIVATE: 'true' },
  });
  members = {
    viewer: await makeMember(platform, 'viewer', 'a-viewer'),
    approver: await makeMember(platform, 'approver', 'an-approver'),
    editor: await makeMember(platform, 'editor', 'an-editor'),
    admin: await makeMember(platform, 'admin', 'an-admin'),
  };
  testKey = platform.api.as((await platform.api.post('/api/v1/api_keys', { mode: 'test' })).body.key);
  stranger = await makeOrganization(platform, 'stranger');
  hostile = await makeOrganization(platform, 'hostile');
  ours = await makeAllResources(platform.api, 'mark-of-ours');
  theirs = await makeAllResources(stranger, 'mark-of-theirs');
});
afterAll(() => platform?.dispose());

const guarded = routes.filter((route) => route.needsCredential && !route.rpc.endsWith('.Logout'));
const refusesTestKeys = ({ rest: { auth, testMode } }: Route) =>
  auth !== Auth.USER_ONLY && testMode === TestMode.REFUSE;
const named = (list: readonly Route[]) => list.map((route) => [`${route.method} ${route.template}`, route] as const);

describe('roles', () => {
  test.each(named(guarded))('%s accepts exactly the callers of its descriptor', async (_name, route) => {
    const path = fill(route.template, () => UNKNOWN);
    const call = (api: Api) => api.request(route.method, path, route.body);
    expect(await call(platform.api.as(null))).toMatchObject({ status: 401, body: { error: 'unauthenticated' } });
    for (const [rank, role] of roles.entries()) {
      const answer = await call(members[role]);
      const isAllowed = rank + 1 >= route.rest.minRole;
      expect([role, answer.status === 403]).toEqual([role, !isAllowed]);
      if (isAllowed) expect(answer.status).not.toBe(401);
    }
    const keyed = await call(platform.api);
    expect(keyed.status === 403).toBe(route.rest.auth === Auth.USER_ONLY);
  });

  test.each(named(guarded.filter(refusesTestKeys)))('%s refuses test keys', async (_name, route) => {
    const answer = await testKey.request(
      route.method,
      fill(route.template, () => UNKNOWN),
      route.body,
    );
    expect(answer).toMatchObject({ status: 403, body: { error: 'test_mode' } });
  });

  test('every guarded route names a least role', () => {
    expect(guarded.filter(({ rest }) => rest.minRole === Role.UNSPECIFIED)).toEqual([]);
  });
});

describe('tenancy', () => {
  const withIds = guarded.filter(({ template }) => nounsOf(template).length > 0);

  test.each(named(withIds))(
    '%s answers an id of another organization exactly like an unknown one',
    async (_name, route) => {
      const nouns = nounsOf(route.template);
      for (const [depth, noun] of nouns.entries()) {
        const ids = (id: number | string | undefined) => (at: string) => {
          if (at === noun) return id ?? missing(noun);
          return (nouns.indexOf(at) < depth ? ours : theirs)[at] ?? missing(at);
        };
        const foreign = await masked(route, fill(route.template, ids(theirs[noun])));
        const unknown = await masked(route, fill(route.template, ids(unknownLike(theirs[noun]))));
        expect(foreign).toEqual(unknown);
        if (!route.rpc.endsWith('.RevokeApiKey')) expect(foreign.status).toBeGreaterThanOrEqual(400);
      }
    },
  );

  const withRefs = guarded.flatMap((route) =>
    route.refs.map((ref) => [`${route.method} ${route.template} ${ref.name}`, route, ref] as const),
  );

  test.each(withRefs)(
    '%s answers an id of another organization in a body or query exactly like an unknown one',
    async (_name, route, ref) => {
      const foreignId = idOfRef(ref.resource);
      const path = fill(route.template, (noun) => ours[noun] ?? missing(noun));
      const foreign = await masked(withRef(route, ref.name, foreignId), withQuery(route, path, ref.name, foreignId));
      const unknownId = unknownLike(foreignId);
      const unknown = await masked(withRef(route, ref.name, unknownId), withQuery(route, path, ref.name, unknownId));
      expect(foreign).toEqual(unknown);
    },
  );

  test('the other organization is unchanged', async () => {
    const shown = guarded.filter(({ method, template }) => method === 'GET' && /^[^{]+\{id\}$/.test(template));
    for (const { template } of shown) {
      const answer = await stranger.get(fill(template, (noun) => theirs[noun] ?? missing(noun)));
      expect([template, answer.status]).toEqual([template, 200]);
    }
    expect(
      (await stranger.get(`/api/v1/workflows/${theirs['workflows']}/enrollments/${theirs['enrollments']}`)).status,
    ).toBe(200);
  });

  test.each(named(guarded.filter(({ method, template }) => method === 'GET' && nounsOf(template).length === 0)))(
    '%s lists nothing of another organization',
    async (_name, route) => {
      const mine = await platform.api.get(route.template);
      expect(mine.text).not.toContain('mark-of-theirs');
      expect((await stranger.get(route.template)).text).not.toContain('mark-of-ours');
    },
  );
});

describe('hostile input', () => {
  const withBody = routes.filter(({ body, rpc }) => body !== undefined && !rpc.endsWith('.Logout'));

  test(
    'no body makes a route fail',
    () =>
      inRounds(async (random) => {
        for (const route of withBody) {
          const path = fill(route.template, () => UNKNOWN);
          const { name, text } = hostileBody(random, route);
          const { status } = await hostile.request(route.method, path, text);
          if (status >= 500) throw new Error(`${route.method} ${path} with ${name} answered ${status}`);
        }
        expect((await hostile.get('/api/v1/admin/verify')).status).toBe(200);
      }),
    fuzzTimeoutMs,
  );
});

/** A body that is no value of a member, or one in which a member has a hostile value. */
function hostileBody(random: Random, route: Route): { name: string; text: string } {
  const size = random.pick([100, 2_000, 30_000]);
  const member = route.fields.length === 0 ? 'a' : random.pick(route.fields);
  const broken = random.pick(hostileJson);
  const value = random.pick(hostileValues(random));
  return random.pick([
    { name: broken.name, text: broken.make(size) },
    { name: `${member}: ${broken.name}`, text: `{"${member}":${broken.make(size)}}` },
    { name: `${member}: ${value.name}`, text: JSON.stringify({ ...route.body, [member]: value.make(size) }) },
  ]);
}

/** The answer to our admin, with the path, and so its id, masked. */
async function masked(route: Route, path: string) {
  const answer = await platform.api.request(route.method, path, route.body, {
    headers: { 'x-request-id': REQUEST_ID },
  });
  const text = answer.text.replaceAll(path.split('?')[0] ?? path, '<path>');
  const headers = ['content-type', 'x-request-id', 'location', 'www-authenticate'].map((name) =>
    answer.headers.get(name),
  );
  return { status: answer.status, text, headers };
}

function withRef(route: Route, name: string, id: number | string | undefined): Route {
  return route.body === undefined ? route : { ...route, body: { ...route.body, [name]: id } };
}

function withQuery(route: Route, path: string, name: string, id: number | string | undefined): string {
  return route.body === undefined ? `${path}?${name}=${id}` : path;
}

function missing(noun: string): never {
  throw new Error(`No resource of ${noun}: make one in test/resources.ts of its service`);
}

/** The other organization's resource of a kind that a `ref` option names. */
function idOfRef(resource: string): number | string {
  // Of areas to come there is none yet.
  if (!owners.some(({ schema }) => resource.startsWith(`${schema}.`))) return UNKNOWN - 1;
  return theirs[resource] ?? theirs[collectionOf(resource) ?? ''] ?? missing(resource);
}

/** An unknown id of the same form. */
function unknownLike(id: number | string | undefined): number | string {
  return typeof id === 'string' && id.includes('-') ? UNKNOWN_UUID : UNKNOWN;
}
