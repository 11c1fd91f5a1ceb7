import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Call, type Gateway, logIn, startGateway } from './start-gateway.ts';

let gateway: Gateway;
let admin: Call;
let stranger: Call;
let organizationId: bigint;
beforeAll(async () => {
  gateway = await startGateway();
  ({ organizationId } = await gateway.makeOrganization('ada'));
  await gateway.makeOrganization('eve');
  admin = (await logIn(gateway, 'ada')).call;
  stranger = (await logIn(gateway, 'eve')).call;
});
afterAll(() => gateway.stop());

async function makeProject(name = 'P'): Promise<number> {
  return (await admin('POST', '/api/v1/projects', { name })).body.id;
}

const fill = (projectId: number, count: bigint) =>
  gateway.workflowsOf.set(BigInt(projectId), { organizationId, count });

test('a project is made, shown, listed with its workflows counted, and patched', async () => {
  const made = await admin('POST', '/api/v1/projects', { project: { name: 'Growth', color: '#1f6feb' } });
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'Growth', description: null, color: '#1f6feb', workflow_count: 0 },
  });
  const path = `/api/v1/projects/${made.body.id}`;
  fill(made.body.id, 3n);
  expect(await admin('GET', path)).toMatchObject({ status: 200, body: { workflow_count: 3 } });
  expect((await admin('GET', '/api/v1/projects')).body).toMatchObject({
    projects: [{ id: made.body.id, workflow_count: 3 }],
    total_count: 1,
    next_cursor: null,
  });
  const patched = await admin('PATCH', path, { description: 'Ours', color: null });
  expect(patched).toMatchObject({
    status: 200,
    body: { name: 'Growth', description: 'Ours', color: null, workflow_count: 3 },
  });
});

test.each([
  [{ name: '' }, 'name'],
  [{ name: 'x'.repeat(256) }, 'name'],
  [{ name: 'P', color: 'blue' }, 'color'],
  [{ name: 'P', description: 'x'.repeat(10_001) }, 'description'],
])('a project with a wrong field is 422 and names it (%#)', async (body, field) => {
  const answer = await admin('POST', '/api/v1/projects', body);
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toHaveProperty(field);
});

test('a project without a name is 400', async () => {
  expect(await admin('POST', '/api/v1/projects', {})).toMatchObject({
    status: 400,
    body: { error: 'parameter_missing' },
  });
});

test('while the workflows service is away counts are null and what needs it is 503', async () => {
  const id = await makeProject();
  gateway.peers.unregister('workflows');
  try {
    expect(await admin('GET', `/api/v1/projects/${id}`)).toMatchObject({ status: 200, body: { workflow_count: null } });
    expect(await admin('GET', '/api/v1/projects')).toMatchObject({ status: 200 });
    const refused = await admin('DELETE', `/api/v1/projects/${id}`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
  } finally {
    gateway.registerWorkflows();
  }
  expect(await admin('GET', `/api/v1/projects/${id}`)).toMatchObject({ status: 200 });
});

test('a project without workflows is deleted, and gone the second time', async () => {
  const id = await makeProject();
  expect(await admin('DELETE', `/api/v1/projects/${id}`)).toMatchObject({ status: 204 });
  expect(await admin('DELETE', `/api/v1/projects/${id}`)).toMatchObject({
    status: 404,
    body: { error: 'project_not_found' },
  });
});

test('a project with workflows is deleted only when it is said where they go', async () => {
  const [id, heir] = [await makeProject(), await makeProject()];
  fill(id, 2n);
  expect(await admin('DELETE', `/api/v1/projects/${id}`)).toMatchObject({
    status: 422,
    body: { error: 'project_not_empty' },
  });
  expect(await admin('DELETE', `/api/v1/projects/${id}?reassign_to=${id}`)).toMatchObject({ status: 422 });
  expect(await admin('DELETE', `/api/v1/projects/${id}?reassign_to=987654321`)).toMatchObject({
    status: 404,
    body: { error: 'project_not_found' },
  });
  expect(await admin('DELETE', `/api/v1/projects/${id}?reassign_to=${heir}`)).toMatchObject({ status: 204 });
  expect(await admin('GET', `/api/v1/projects/${heir}`)).toMatchObject({ body: { workflow_count: 2 } });
  expect(await admin('DELETE', `/api/v1/projects/${heir}?force=true`)).toMatchObject({ status: 204 });
  expect(gateway.workflowsOf.has(BigInt(heir))).toBe(false);
});

test('a test key changes no project that holds live workflows, and counts the test ones', async () => {
  const { body } = await admin('POST', '/api/v1/api_keys', { mode: 'test' });
  const byTestKey = gateway.as(body.key);
  const id = await makeProject();
  const path = `/api/v1/projects/${id}`;
  fill(id, 2n);
  const refused = { status: 403, body: { error: 'test_mode' } };
  expect(await byTestKey('PATCH', path, { name: 'Mine' })).toMatchObject(refused);
  expect(await byTestKey('DELETE', `${path}?force=true`)).toMatchObject(refused);
  expect(await byTestKey('GET', path)).toMatchObject({ status: 200, body: { name: 'P', workflow_count: 0 } });
  expect(await admin('GET', path)).toMatchObject({ status: 200, body: { name: 'P', workflow_count: 2 } });
  gateway.workflowsOf.set(BigInt(id), { organizationId, count: 1n, mode: Mode.TEST });
  expect(await byTestKey('PATCH', path, { name: 'Mine' })).toMatchObject({ status: 200, body: { workflow_count: 1 } });
  gateway.peers.unregister('workflows');
  try {
    expect(await byTestKey('PATCH', path, { name: 'Away' })).toMatchObject({ status: 503 });
  } finally {
    gateway.registerWorkflows();
  }
  expect(await byTestKey('DELETE', `${path}?force=true`)).toMatchObject({ status: 204 });
  const made = await byTestKey('POST', '/api/v1/projects', { name: 'Own' });
  expect(await byTestKey('DELETE', `/api/v1/projects/${made.body.id}`)).toMatchObject({ status: 204 });
});

test("another organization's project answers exactly like an unknown one, in the path and as a target", async () => {
  const id = await makeProject();
  const { body: own } = await stranger('POST', '/api/v1/projects', { name: 'Own' });
  for (const [method, path, body] of [
    ['GET', '/api/v1/projects/:id', undefined],
    ['PATCH', '/api/v1/projects/:id', { name: 'Mine' }],
    ['DELETE', '/api/v1/projects/:id?force=true', undefined],
    ['DELETE', `/api/v1/projects/${own.id}?reassign_to=:id`, undefined],
  ] as const) {
    const headers = { 'x-request-id': 'same' };
    const foreign = await stranger(method, path.replace(':id', String(id)), body, headers);
    const unknown = await stranger(method, path.replace(':id', '987654321'), body, headers);
    expect(foreign).toMatchObject({ status: 404, body: { error: 'project_not_found' } });
    const masked = foreign.text.replaceAll(`projects/${id}`, 'projects/:id');
    expect(masked).toBe(unknown.text.replaceAll('projects/987654321', 'projects/:id'));
  }
});

test('an id that is not an integer, or too large, is 404 like an unknown one', async () => {
  for (const id of ['x', '1.5', '9007199254740993', '99999999999999999999']) {
    expect(await admin('GET', `/api/v1/projects/${id}`)).toMatchObject({
      status: 404,
      body: { error: 'project_not_found' },
    });
  }
});
