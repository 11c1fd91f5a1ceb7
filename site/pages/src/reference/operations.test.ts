import { expect, test } from '@jest/globals';
import type { OpenApi, Schema } from './openapi.ts';
import { operationHtml } from './operation-html.ts';
import { operationMarkdown } from './operation-markdown.ts';
import { areasOf } from './operations.ts';

const problem = { properties: { error: { type: 'string', enum: ['name_taken', 'busy'] } } };

/** Creates a document with one operation. Its body and its errors can have either of two forms. */
function documentWith(body: Schema, error: Schema): OpenApi {
  return {
    info: { title: 'API', version: '1' },
    tags: [{ name: 'Things', description: 'Things.' }, { name: 'Things' }, { name: 'Nothing' }],
    paths: {
      '/api/v1/things/{id}': {
        patch: {
          operationId: 'things.update',
          tags: ['Things'],
          summary: 'Changes a thing',
          description:
            'Changes a thing. Names are unique.\n\nLeast role: `editor`. Scope: `things:write`. Test keys get 403 `test_mode`.',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
            { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } },
          ],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: body, example: { name: "Ada's" } } },
          },
          responses: {
            200: { description: 'Success.', content: { 'application/json': { schema: { type: 'object' } } } },
            422: { description: 'Refused.', content: { 'application/problem+json': { schema: error } } },
          },
        },
      },
    },
    components: {
      schemas: {
        Change: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        Problem: problem,
      },
    },
  };
}

const change = { $ref: '#/components/schemas/Change' };

test.each([
  ['bare', change, problem],
  [
    'wrapped',
    { anyOf: [change, { type: 'object', properties: { thing: change } }] },
    { allOf: [{ $ref: '#/components/schemas/Problem' }] },
  ],
])(
  'an operation whose body is documented %s has its members, access, codes and samples in both forms',
  (_, body, error) => {
    const document = documentWith(body, error);
    const areas = areasOf(document);
    expect(areas.map(({ name, page }) => [name, page])).toEqual([['Things', 'api/things']]);
    const [operation] = areas[0]?.operations ?? [];
    if (operation === undefined) throw new Error('The area has no operation');
    expect(operation.description).toBe('Names are unique.');
    expect(operation.access).toEqual([
      ['Least role', '`editor`'],
      ['Scope', '`things:write`'],
      ['Repeats', 'safe with an `Idempotency-Key`'],
      ['Test keys', 'get 403 `test_mode`'],
    ]);
    const html = operationHtml(document, operation);
    expect(html).toContain('<code>name</code> <span class="type">string</span> <span class="required">required</span>');
    expect(html).toContain('href="/docs/errors.html#name_taken"');
    const markdown = operationMarkdown(document, operation);
    expect(markdown).toContain('- `name` (string, required)');
    expect(markdown).toContain('`busy`');
    expect(markdown).toContain(`curl -sS -X PATCH "$API_BASE/things/1" \\`);
    expect(markdown).toContain(`"name": "Ada'\\''s"`);
  },
);
