import { type Api, type RunningPlatform, startLayout } from '@drippulse/harness';
import { Auth, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { eventually, type Resources } from '@drippulse/testing';
import { inRounds } from '@drippulse/testing/hostile';
import { owners } from '@drippulse/topology';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { filteredLists, idFilter, orderOf, timeFilter, walk } from './list-filters.ts';
import { makeAllResources, makeMember, makeOrganization, roles } from './organizations.ts';
import { raceWriters } from './race-writers.ts';
import { collectionOf, fill, nounsOf, type Route, routes } from './routes.ts';
import { sendTogether } from './send-together.ts';
import { deletedRows, patchedRows, readShown, revisionOf } from './shown-rows.ts';
import { writesOf } from './writes.ts';

const UNKNOWN = 987_654_321;
const UNKNOWN_UUID = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const REQUEST_ID = 'access-matrix';

type Pick = (list: readonly Route[]) => readonly Route[];

/** Picks one route of each service for each kind of read or change. The kind is derived from the route's descriptor. */
export const oneOfEachKind: Pick = (list) => {
  const kindOf = ({ rpc, method, rest: { minRole, auth, testMode } }: Route) =>
    [rpc.split('.').slice(0, 2), method === 'GET', minRole, auth, testMode].join(' ');
  return [...new Map(list.map((route) => [kindOf(route), route])).values()];
};

/** Whether a route ends the sessions of its caller, which the other tests still use. */
export const endsSession = ({ rpc }: Route) => /\.(Logout(All)?|DeleteDashboardSession)$/.test(rpc);

/**
 * Tests roles, scopes, tenancy, concurrent changes and filters, on the routes that `pick` picks. `hostile` returns the
 * API of an organization that none of these tests uses.
 */
export function accessTests(pick: Pick): { hostile(): Api } {
  let platform: RunningPlatform;
  let members: Record<(typeof roles)[number], Api>;
  let testKey: Api;
  let scopedKey: Api;
  let operations: { id: string; scope: string | null }[];
  let stranger: Api;
  let strict: Api;
  let hostile: Api;
  let ours: Resources;
  let theirs: Resources;
  let lister: Api;
  let listed: Resources;

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
    const scopes = ['crm:read', 'workflows:write'];
    // This organization is separate, so that the other tests do not use up its limits.
    const scoped = await makeOrganization(platform, 'scoped');
    scopedKey = scoped.as((await scoped.post('/api/v1/api_keys', { scopes })).body.key);
    ({ operations } = (await platform.api.get('/docs/skills/manifest.json')).body);
    stranger = await makeOrganization(platform, 'stranger');
    hostile = await makeOrganization(platform, 'hostile');
    // This organization is separate too, so that the other tests do not use up its reports.
    strict = await makeOrganization(platform, 'strict');
    ours = await makeAllResources(platform.api, 'mark-of-ours');
    theirs = await makeAllResources(stranger, 'mark-of-theirs');
    lister = await makeOrganization(platform, 'lister');
    for (let n = 0; n < 6; n += 1) listed = await makeAllResources(lister, `mark-of-listed-${n}`);
    await eventually(async () => {
      const { body } = await lister.get('/api/v1/crm/imports');
      expect(new Set(body.imports.map(({ status }: { status: string }) => status))).toEqual(new Set(['completed']));
    });
  });
  afterAll(() => platform?.dispose());

  const guarded = routes.filter((route) => route.needsCredential && !endsSession(route));
  const refusesTestKeys = ({ rest: { auth, testMode } }: Route) =>
    auth !== Auth.USER_ONLY && testMode === TestMode.REFUSE;
  const named = (list: readonly Route[]) =>
    pick(list).map((route) => [`${route.method} ${route.template}`, route] as const);

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

    test.each(named(guarded))(
      '%s accepts a key with scopes by the scope that the manifest names',
      async (_name, route) => {
        const answer = await scopedKey.request(
          route.method,
          fill(route.template, () => UNKNOWN),
          route.body,
        );
        const { scope } = operations.find(({ id }) => id === route.rest.operationId) ?? {
          scope: 'not in the manifest',
        };
        const isRefused = scope !== null && !/^(crm:read|workflows:(read|write))$/.test(scope);
        if (isRefused)
          expect(answer.body).toMatchObject({
            error: 'insufficient_scope',
            detail: expect.stringContaining(`"${scope}"`),
          });
        else expect(answer.body?.error).not.toBe('insufficient_scope');
      },
    );

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
          // An id that is unique only within its parent, such as a version number, exists in both organizations.
          if (theirs[noun] === ours[noun]) continue;
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

    const withRefs = pick(guarded).flatMap((route) =>
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

  describe('concurrent changes', () => {
    /**
     * An administrator whose rows belong to the organization. One row is a pipeline that the administrator owns,
     * because nobody else may change it.
     */
    let token: string;
    let admin: Api;
    let rows: Resources;
    beforeAll(async () => {
      const { username, password } = platform;
      token = (await platform.api.as(null).post('/api/v1/auth/login', { username, password })).body.token;
      admin = platform.api.as(token);
      const pipeline = await admin.post('/api/v1/crm/opportunity_pipelines', { name: 'own' });
      rows = { ...ours, opportunity_pipelines: pipeline.body.id };
    });
    const pathOf = (template: string) => fill(template, (noun) => rows[noun] ?? missing(noun));

    test.each(patchedRows.map((row) => [row.template, row] as const))(
      'of two writers of %s at once exactly one wins, and the other gets its row',
      (template, row) => raceWriters(platform, { api: admin, token }, { ...row, path: pathOf(template) }, 2),
    );

    test.each(patchedRows.map((row) => [row.template, row] as const))(
      'two writes of %s are two revisions, and without If-Match both succeed',
      async (template, { member, valueAt }) => {
        const path = pathOf(template);
        const before = await admin.get(path);
        const tag = before.headers.get('etag') ?? '';
        expect(await admin.get(path, { headers: { 'if-none-match': tag } })).toMatchObject({ status: 304, text: '' });
        const bodyOf = (place: number) => ({ [member]: valueAt(place) });
        const requests = [0, 1].map((place) => ({ method: 'PATCH', path, body: bodyOf(place), headers: {} }));
        const answers = await sendTogether(platform.baseUrl, token, requests);
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        const now = await admin.get(path);
        expect(Number(revisionOf(now.headers.get('etag')))).toBe(Number(revisionOf(tag)) + 2);
        if (template.endsWith('/workflows/{id}')) expect(now.body.version).toBe(before.body.version);
        const late = await admin.patch(path, bodyOf(2), { headers: { 'if-match': tag } });
        expect(late).toMatchObject({ status: 412, body: { current: { [member]: now.body[member] } } });
        const keyed = { 'idempotency-key': `after ${template}`.replaceAll(' ', '-'), 'if-match': '*' };
        const first = await admin.patch(path, bodyOf(3), { headers: keyed });
        const repeat = await admin.patch(path, bodyOf(3), { headers: { ...keyed, 'if-match': tag } });
        expect([first.status, repeat.status, repeat.text]).toEqual([200, 200, first.text]);
        expect(repeat.headers.get('etag')).toBe(first.headers.get('etag'));
        expect((await admin.patch(path, bodyOf(4), { headers: { 'if-match': 'nope' } })).body.error).toBe(
          'invalid_header',
        );
      },
    );

    test('what is shown of a row changes only together with its revision', async () => {
      const changed: string[] = [];
      let before = await readShown(admin, rows);
      for (const [name, write] of writesOf(admin, rows)) {
        const { status, text } = await write();
        if (status >= 300) throw new Error(`${name} answered ${status}: ${text}`);
        const after = await readShown(admin, rows);
        const differing = [...after].filter(([path, { row }]) => before.has(path) && before.get(path)?.row !== row);
        for (const [path, { revision }] of differing) {
          expect([name, path, Number(revision)]).toEqual([name, path, expect.any(Number)]);
          expect([name, path, Number(revision) > Number(before.get(path)?.revision)]).toEqual([name, path, true]);
        }
        if (differing.length === 0 && after.size === before.size)
          throw new Error(`${name} changed nothing that is shown`);
        changed.push(...differing.map(([path]) => path));
        before = after;
      }
      // The writes change every kind of row, except a team member, a project, a field, a form and the account, which
      // are changed only by PATCH.
      expect([...new Set(changed.map((path) => path.split('/').at(-2)))].sort()).toEqual([
        'accounts',
        'activities',
        'api_keys',
        'contacts',
        'leads',
        'opportunities',
        'opportunity_pipelines',
        'webhooks',
        'workflows',
      ]);
    });

    // Rows inside other rows are deleted first.
    const deleted = [...deletedRows].sort((a, b) => b.template.split('/').length - a.template.split('/').length);

    test.each(deleted.map((row) => [row.template, row] as const))(
      'DELETE %s with the tag of another revision deletes nothing, and shows the row',
      async (template, { shown, hasRevision }) => {
        if (template.includes('pipelines')) {
          const pipeline = await stranger.post('/api/v1/crm/opportunity_pipelines', { name: 'own' });
          theirs = { ...theirs, opportunity_pipelines: pipeline.body.id };
        }
        if (template.includes('eval_sets')) {
          // The earlier eval set was deleted together with its agent.
          const origin = { type: 'template', template_id: 2 };
          const agent = await stranger.post('/api/v1/agents/spawn', { name: 'judged', ...origin });
          const set = await stranger.post('/api/v1/eval_sets', { agent_id: agent.body.id, name: 'own' });
          theirs = { ...theirs, eval_sets: set.body.id };
        }
        const [path, shownAt] = [template, shown].map((each) => fill(each, (noun) => theirs[noun] ?? missing(noun)));
        const target = `${path}${template.includes('/projects/') ? '?force=true' : ''}`;
        const before = await stranger.get(`${shownAt}`);
        const stale = await stranger.delete(target, { headers: { 'if-match': '"987654.x", W/"x"' } });
        expect(stale).toMatchObject({
          status: 412,
          body: {
            error: 'precondition_failed',
            // A resource of which each organization has exactly one has no id.
            current: before.body.id === undefined ? {} : { id: before.body.id },
          },
        });
        // A row that changes without a write has no revision, so only `*` matches it.
        const current = hasRevision ? (before.headers.get('etag') ?? '') : '*';
        expect((await stranger.delete(target, { headers: { 'if-match': current } })).status).toBe(204);
      },
    );
  });

  describe('lists', () => {
    const lists = named(filteredLists);

    test.each(lists)('filters of %s give the rows that a walk filtered by hand gives', (_name, route) =>
      inRounds(async (random) => {
        const path = fill(route.template, (noun) => listed[noun] ?? missing(noun));
        const order = orderOf(route, random);
        const { rows } = await walk(lister, path, order, random);
        const foreign = theirs[path.split('/').at(-1) ?? ''] ?? UNKNOWN_UUID;
        const others =
          typeof rows[0]?.id === 'number' ? [Number(foreign) || UNKNOWN, UNKNOWN] : [foreign, UNKNOWN_UUID];
        const [byTime, byIds] = [timeFilter(rows, random), idFilter(rows, others, random)];
        for (const filters of [[byTime], [byIds], [byTime, byIds]]) {
          const query = filters.flatMap((filter) => filter.query);
          const expected = rows.filter((row) => filters.every(({ isMet }) => isMet(row)));
          const found = await walk(lister, path, [...order, ...query], random);
          const idsOf = (list: typeof rows) => list.map(({ id }) => id);
          expect({ query, ids: idsOf(found.rows) }).toEqual({ query, ids: idsOf(expected) });
          expect({ query, totalCount: found.totalCount }).toEqual({ query, totalCount: expected.length });
        }
      }),
    );

    test.each(lists)('%s refuses filters that are none, by their names', async (_name, route) => {
      const path = fill(route.template, (noun) => listed[noun] ?? missing(noun));
      const tooMany = Array.from({ length: 101 }, (_, n) => n + 1).join(',');
      for (const [name, value] of [
        ['created_since', 'yesterday'],
        ['created_until', '2026-02-30T00:00:00Z'],
        ['ids', ''],
        ['ids', '1,,2'],
        ['ids', tooMany],
      ] as const) {
        const answer = await lister.get(`${path}?${name}=${value}`);
        expect(answer).toMatchObject({ status: 422, body: { error: 'validation_failed' } });
        expect(Object.keys(answer.body.errors)).toEqual([name]);
      }
    });

    test('most lists have several rows to filter', async () => {
      const counts = await Promise.all(
        filteredLists.map(async ({ template }) => {
          const { body } = await lister.get(fill(template, (noun) => listed[noun] ?? missing(noun)));
          return Number(body.total_count);
        }),
      );
      expect(counts.length).toBeGreaterThan(15);
      // A few lists, such as the caller's own organizations, have only one row.
      expect(counts.filter((count) => count > 2).length).toBeGreaterThan(counts.length - 4);
    });
  });

  /** Returns the response that the organization's admin gets. The path is masked, and with it the id. */
  async function masked(route: Route, path: string) {
    const answer = await platform.api.request(route.method, path, route.body, {
      headers: { 'x-request-id': REQUEST_ID },
    });
    // `complete_until`, the time up to which the numbers are complete, advances between requests.
    const text = answer.text
      .replaceAll(path.split('?')[0] ?? path, '<path>')
      .replace(/"complete_until":"[^"]*"/, '"complete_until":"<time>"');
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

  /** Returns the id of a resource of the other organization. `resource` is its kind, as a `ref` option names it. */
  function idOfRef(resource: string): number | string {
    // No service implements the area of this resource yet.
    if (!owners.some(({ schema }) => resource.startsWith(`${schema}.`))) return UNKNOWN - 1;
    return theirs[resource] ?? theirs[collectionOf(resource) ?? ''] ?? missing(resource);
  }

  /** Returns an unknown id of the same form. */
  function unknownLike(id: number | string | undefined): number | string {
    return typeof id === 'string' && id.includes('-') ? UNKNOWN_UUID : UNKNOWN;
  }

  describe('a misspelt name', () => {
    const headers = { prefer: 'handling=strict' };

    test.each(named(routes))(
      '%s refuses it where the request prefers that, and says what was meant',
      async (_name, route) => {
        const path = fill(route.template, () => UNKNOWN);
        const [parameter = 'limit'] = route.parameters;
        const inQuery = await strict.request(route.method, `${path}?${parameter}x=1`, route.body, { headers });
        expect(inQuery).toMatchObject({
          status: 400,
          body: {
            error: 'unknown_member',
            violations: expect.arrayContaining([
              expect.objectContaining({ path: `${parameter}x`, code: 'unknown_member' }),
            ]),
          },
        });
        expect(inQuery.headers.get('preference-applied')).toBe('handling=strict');
        if (route.parameters.length > 0) expect(suggestionsOf(inQuery)).toContain(parameter);
        if (route.members === undefined) return;
        const [member = 'name'] = route.members;
        const inBody = await strict.request(route.method, path, { ...route.body, [`${member}x`]: 1 }, { headers });
        expect(inBody).toMatchObject({ status: 400, body: { error: 'unknown_member' } });
        if (route.members.length > 0) expect(suggestionsOf(inBody)).toContain(member);
      },
    );

    // Logins and creations are left out, because the response to a second one differs from the first. A logout is left
    // out, because it would end the session.
    const repeatable = guarded.filter(({ method, template }) => method !== 'POST' || template.includes('{'));

    test.each(named(repeatable))('%s ignores it by default', async (_name, route) => {
      const path = fill(route.template, () => UNKNOWN);
      const body = route.members && { ...route.body, misspelt_member: { a: [1] } };
      const before = await members.admin.request(route.method, path, route.body);
      const answer = await members.admin.request(route.method, `${path}?misspelt_name=1`, body ?? route.body);
      expect([answer.status, answer.body?.error]).toEqual([before.status, before.body?.error]);
      expect(answer.headers.has('preference-applied')).toBe(false);
    });

    const suggestionsOf = ({ body }: { body: { violations: { suggestion?: string }[] } }) =>
      body.violations.map(({ suggestion }) => suggestion);
  });

  return { hostile: () => hostile };
}
