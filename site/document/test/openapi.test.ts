import { readFileSync } from 'node:fs';
import { getOption, hasOption } from '@bufbuild/protobuf';
import { routesOf } from '@drippulse/gateway/routes';
import { webhook } from '@drippulse/proto/drippulse/events/v1/options_pb';
import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { publishers } from '@drippulse/topology';
import { expect, test } from '@jest/globals';
import { buildManifest } from '../src/manifest.ts';
import { buildDocument } from '../src/openapi/build-document.ts';

type Operation = {
  operationId: string;
  description: string;
  security: unknown[];
  responses: Record<string, unknown>;
  parameters?: unknown[];
};
type Components = {
  components: { parameters: Record<string, { schema: { pattern: string } }>; schemas: Record<string, object> };
};
type Document = { paths: Record<string, Record<string, Operation>>; tags: { name: string; description: string }[] };

const committed: Document & Components = JSON.parse(
  readFileSync(new URL('../../static/docs/skills/drippulse-openapi-v1.json', import.meta.url), 'utf8'),
);
const routes = publicServices.flatMap(routesOf);
const byHand = ['GET /health'];
const probe = { services: [ProbeService], schemas: [], reasons: [], events: [] };

function operations(document: Document): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([verb, operation]): [string, Operation] => [`${verb.toUpperCase()} ${path}`, operation]),
  );
}

test('the document describes exactly the routes that the gateway serves', () => {
  const served = routes
    .filter(({ isPrimary }) => isPrimary)
    .map(({ httpMethod, template }) => `${httpMethod} ${template}`);
  const described = operations(committed).map(([name]) => name);
  expect(described.sort()).toEqual([...served, ...byHand].sort());
});

test('other paths of a method are named in the text of its operation', () => {
  const aliases = routes.filter(({ isPrimary }) => !isPrimary);
  expect(aliases.length).toBeGreaterThan(0);
  for (const { httpMethod, template, rest } of aliases) {
    const [, operation] = operations(committed).find(([, { operationId }]) => operationId === rest.operationId) ?? [];
    expect(operation?.description).toContain(`\`${httpMethod} ${template}\``);
  }
});

test('the manifest has every operation, and each of its facts', () => {
  const manifest = JSON.parse(
    readFileSync(new URL('../../static/docs/skills/manifest.json', import.meta.url), 'utf8'),
  ) as { operations: { id: string; resource: string; verb: string }[] };
  const described = operations(committed).map(([, { operationId }]) => operationId);
  expect(manifest.operations.map(({ id }) => id).sort()).toEqual(described.filter((id) => id !== 'health.get').sort());
  for (const { id, resource, verb } of manifest.operations) expect(`${resource}.${verb}`).toBe(id);
  expect(buildManifest(probe, '1.0.0')).toMatchObject({
    operations: expect.arrayContaining([
      expect.objectContaining({
        id: 'probe.echo',
        method: 'POST',
        path_fields: [{ name: 'id', type: 'integer' }],
        body: expect.objectContaining({ schema: 'EchoRequest', wrapper: 'probe', required_fields: ['name', 'rows'] }),
        answer: { status: 201, schema: 'EchoResponse', media_types: ['application/json'] },
        role: 'editor',
        scope: 'probe:write',
        effect: 'write',
        idempotent: true,
        test_mode: 'own',
        pagination: null,
      }),
      expect.objectContaining({ id: 'probe.raw', aliases: ['POST /probe/raw'], auth: 'none', role: null, scope: null }),
      expect.objectContaining({ id: 'probe.read', effect: 'none', scope: 'probe:read' }),
    ]),
  });
});

test('every event of the catalog is a webhook of the document, with the schema of its body', () => {
  const { webhooks, components } = committed as unknown as {
    webhooks: Record<string, { post: { requestBody: { content: Record<string, { schema: { $ref: string } }> } } }>;
    components: { schemas: Record<string, { properties: { type: object; data: object } }> };
  };
  const types = publishers.flatMap(({ events }) =>
    events.fields.filter((field) => hasOption(field, webhook)).map((field) => getOption(field, webhook).type),
  );
  expect(Object.keys(webhooks).sort()).toEqual(types.sort());
  for (const [type, { post }] of Object.entries(webhooks)) {
    const name = post.requestBody.content['application/json']?.schema.$ref.split('/').at(-1) ?? '';
    expect(components.schemas[name]).toMatchObject({
      properties: { type: { const: type }, data: { $ref: expect.any(String) } },
    });
  }
});

test('free objects take any member, and no value is null twice', () => {
  const faults: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type, properties, additionalProperties, anyOf } = value as Record<string, unknown>;
    const isObject = type === 'object' || (Array.isArray(type) && type.includes('object'));
    // Only a message without members has no properties.
    if (isObject && properties === undefined && additionalProperties === undefined) faults.push(`${path}: closed`);
    const nulls = (Array.isArray(anyOf) ? anyOf : []).filter(
      (one) => one.type === 'null' || one.type?.includes('null'),
    );
    if (nulls.length > 1) faults.push(`${path}: null twice`);
    for (const [key, inner] of Object.entries(value)) {
      if (key !== 'example' && key !== 'examples') visit(inner, `${path}/${key}`);
    }
  };
  visit(committed, '');
  expect(faults).toEqual([]);
});

test('every operation has an id of its own, and documents its success and its errors', () => {
  const all = operations(committed);
  expect(new Set(all.map(([, { operationId }]) => operationId)).size).toBe(all.length);
  for (const { httpMethod, template, rest } of routes.filter(({ isPrimary }) => isPrimary)) {
    const operation = committed.paths[template]?.[httpMethod.toLowerCase()];
    expect(Object.keys(operation?.responses ?? {})).toContain(String(rest.successStatus || 200));
    expect(Object.keys(operation?.responses ?? {})).toContain('default');
  }
});

test('comments of the protos are in the document', () => {
  const text = JSON.stringify(committed);
  for (const comment of ['newest first', 'starts at 1 and rises by one with every change of the steps']) {
    expect(text).toContain(comment);
  }
  expect(committed.tags.every(({ description }) => description.length > 10)).toBe(true);
});

test('every option has an effect in the document of the probe', () => {
  const document = buildDocument(probe, '1.0.0') as Document;
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
      { $ref: '#/components/parameters/Prefer' },
    ],
    requestBody: { required: true },
    responses: { 201: { headers: { Location: {} } }, 409: {} },
  });
  expect(operation('get', '/api/v1/probe/items').parameters).toContainEqual({
    name: 'color',
    in: 'query',
    schema: { $ref: '#/components/schemas/Color' },
  });
  expect(operation('post', '/api/v1/probe/raw')).toMatchObject({
    operationId: 'probe.raw',
    description: expect.stringContaining('`POST /probe/raw`'),
    security: [],
    requestBody: { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
  });
  expect(operation('get', '/api/v1/probe/items').parameters).toContainEqual({
    name: 'ids',
    in: 'query',
    schema: { type: 'array', items: { type: 'integer', format: 'int64', maximum: 9007199254740991 }, maxItems: 3 },
  });
  expect(operation('post', '/api/v1/probe/uploads')).toMatchObject({
    parameters: [{ name: 'dry_run', in: 'query' }, { $ref: '#/components/parameters/Prefer' }],
    requestBody: { content: { 'text/csv': {}, 'multipart/form-data': {} } },
    responses: { 202: {} },
  });
  expect(operation('get', '/api/v1/probe/downloads/{chunks}')).toMatchObject({
    responses: { 200: { content: { 'text/csv': {} } } },
  });
  expect(operation('get', '/api/v1/probe/lists').responses).not.toHaveProperty('413');
  expect(operation('get', '/api/v1/probe/retired')).toMatchObject({
    deprecated: true,
    responses: { 200: { headers: { Deprecation: {}, Sunset: {} } } },
  });
  expect(operation('get', '/api/v1/probe/lists')).not.toHaveProperty('deprecated');
  expect(operation('get', '/api/v1/probe/constant').responses).toMatchObject({
    200: { headers: { ETag: {} } },
    304: {},
  });
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
    schema: { $ref: '#/components/schemas/ListCrmLeadsSort' },
  });
  expect(parameter('/api/v1/crm/export_csv', 'collection')).toMatchObject({
    schema: { $ref: '#/components/schemas/CrmCollection' },
  });
  expect(committed.components.schemas).toMatchObject({
    ListCrmLeadsSort: { type: 'string', enum: expect.arrayContaining(['created_at', '-created_at', '-score']) },
    CrmCollection: { enum: ['accounts', 'contacts', 'leads', 'opportunities', 'activities'] },
  });
});

test('a route that browsers call documents its errors as pages and as problem documents', () => {
  for (const verb of ['get', 'post']) {
    const { 404: missing } = committed.paths['/public/lead_forms/{token}']?.[verb]?.responses ?? {};
    expect(missing).toMatchObject({ content: { 'text/html': {}, 'application/problem+json': {} } });
  }
});

test('the same protos give the same text', () => {
  expect(JSON.stringify(buildDocument(probe, '1.0.0'))).toBe(JSON.stringify(buildDocument(probe, '1.0.0')));
});
