import { readFileSync } from 'node:fs';
import { routesOf } from '@drippulse/gateway/routes';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { expect, test } from '@jest/globals';
import { buildDocument } from '../src/openapi/build-document.ts';

type Operation = {
  operationId: string;
  security: unknown[];
  responses: Record<string, unknown>;
  parameters?: unknown[];
};
type Components = { components: { parameters: Record<string, { schema: { pattern: string } }> } };
type Document = { paths: Record<string, Record<string, Operation>>; tags: { name: string; description: string }[] };

const committed: Document & Components = JSON.parse(
  readFileSync(new URL('../../static/docs/skills/drippulse-openapi-v1.json', import.meta.url), 'utf8'),
);
const routes = publicServices.flatMap(routesOf);
const byHand = ['GET /health', 'GET /api/v1/health'];

function operations(document: Document): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]): [string, Operation] => [`${verb.toUpperCase()} ${path}`, operation]),
  );
}

test('the document describes exactly the routes that the gateway serves', () => {
  const served = routes.map(({ httpMethod, template }) => `${httpMethod} ${template}`);
  const described = operations(committed).map(([name]) => name);
  expect(described.sort()).toEqual([...served, ...byHand].sort());
});

test('every operation has an id of its own, and documents its success and its errors', () => {
  const all = operations(committed);
  expect(new Set(all.map(([, { operationId }]) => operationId)).size).toBe(all.length);
  for (const { httpMethod, template, rest } of routes) {
    const operation = committed.paths[template]?.[httpMethod.toLowerCase()];
    expect(Object.keys(operation?.responses ?? {})).toContain(String(rest.successStatus || 200));
    expect(Object.keys(operation?.responses ?? {})).toContain('default');
  }
});

test('comments of the protos are in the document', () => {
  const text = JSON.stringify(committed);
  for (const comment of ['newest first', 'Starts at 1 and goes up by one with every change of the steps.']) {
    expect(text).toContain(comment);
  }
  expect(committed.tags.every(({ description }) => description.length > 10)).toBe(true);
});

test('every option has an effect in the document of the probe', () => {
  const document = buildDocument([ProbeService], []) as Document;
  const operation = (verb: string, path: string): Operation => {
    const found = document.paths[path]?.[verb];
    if (found === undefined) throw new Error(`no ${verb} ${path}`);
    return found;
  };
  expect(operation('post', '/api/v1/probe/echo/{id}')).toMatchObject({
    tags: ['Probe'],
    security: [{ bearer: [] }],
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
      { $ref: '#/components/parameters/IdempotencyKey' },
      { name: 'x-probe-in', in: 'header' },
    ],
    requestBody: { required: true },
    responses: { 201: { headers: { Location: {} } }, 409: {} },
  });
  expect(operation('get', '/api/v1/probe/items').parameters).toContainEqual({
    name: 'color',
    in: 'query',
    schema: { type: 'string', enum: ['red', 'dark_blue'] },
  });
  expect(operation('post', '/probe/raw')).toMatchObject({ operationId: 'rawAlias1', security: [] });
  expect(operation('post', '/api/v1/probe/uploads')).toMatchObject({
    parameters: [{ name: 'dry_run', in: 'query' }],
    requestBody: { content: { 'multipart/form-data': {} } },
    responses: { 202: {} },
  });
  expect(operation('get', '/api/v1/probe/downloads/{chunks}')).toMatchObject({
    responses: { 200: { content: { '*/*': {} } } },
  });
  expect(operation('get', '/api/v1/probe/lists').responses).not.toHaveProperty('413');
});

test('keys, orders and collections that the platform accepts are in the document', () => {
  const [key] = Object.values(committed.components.parameters);
  const pattern = new RegExp(key?.schema.pattern ?? '(?!)', 'u');
  for (const sound of ['a', '~!', '"a"', 'x'.repeat(255), `"${'x'.repeat(255)}"`]) {
    expect(sound).toMatch(pattern);
  }
  for (const wrong of ['', '""', 'a b', 'é', '\n', 'x'.repeat(256)]) expect(wrong).not.toMatch(pattern);
  const parameter = (path: string, name: string) =>
    committed.paths[path]?.['get']?.parameters?.find((one) => (one as { name?: string }).name === name);
  expect(parameter('/api/v1/crm/leads', 'sort')).toMatchObject({
    schema: { type: 'string', enum: expect.arrayContaining(['created_at', '-created_at', '-score']) },
  });
  expect(parameter('/api/v1/crm/export_csv', 'collection')).toMatchObject({
    schema: { enum: ['accounts', 'contacts', 'leads', 'opportunities', 'activities'] },
  });
});

test('a route that browsers call documents its errors as pages and as problem documents', () => {
  for (const verb of ['get', 'post']) {
    const { 404: missing } = committed.paths['/public/lead_forms/{token}']?.[verb]?.responses ?? {};
    expect(missing).toMatchObject({ content: { 'text/html': {}, 'application/problem+json': {} } });
  }
});

test('the same protos give the same text', () => {
  expect(JSON.stringify(buildDocument([ProbeService], []))).toBe(JSON.stringify(buildDocument([ProbeService], [])));
});
