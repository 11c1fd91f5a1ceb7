import { ApiKeySchema, VerifySessionResponseSchema } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ItemSchema, PatchRequestSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import {
  CreateWorkflowRequestSchema,
  TestStepSchema,
  WorkflowSchema,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { expect, test } from '@jest/globals';
import { exampleOf } from './example.ts';
import { jsonSchemaOf } from './json-schema.ts';

const named = { WorkflowStep: { type: 'object' }, WorkflowStepInput: { $ref: '#/step' } };

test('a response has every member, null where it can be unset', () => {
  expect(jsonSchemaOf(VerifySessionResponseSchema)).toMatchObject({
    type: 'object',
    properties: {
      valid: { type: 'boolean' },
      kind: { type: 'string', enum: ['session', 'api_key'] },
      organization_id: { type: 'integer', format: 'int64' },
      role: { type: 'string', enum: ['viewer', 'approver', 'editor', 'admin'] },
      expires_at: { type: ['string', 'null'], format: 'date-time' },
      admin: { type: ['object', 'null'], required: ['id', 'username', 'email', 'organization_id', 'role'] },
    },
    required: ['valid', 'kind', 'organization_id', 'role', 'mode', 'expires_at', 'admin', 'api_key'],
  });
});

test('what is left out when unset is not required and never null', () => {
  const schema = jsonSchemaOf(ApiKeySchema);
  expect(schema['required']).not.toContain('key');
  expect(schema).toMatchObject({ properties: { key: { type: 'string' } } });
});

test('a request needs what is required, may hold null, and never holds the mask', () => {
  expect(jsonSchemaOf(CreateWorkflowRequestSchema, { direction: 'request', named })).toMatchObject({
    properties: { name: { type: 'string' }, status: { enum: ['draft', 'active', 'paused', 'archived', null] } },
    required: ['name'],
  });
  const patch = jsonSchemaOf(PatchRequestSchema, { direction: 'request', omit: ({ name }) => name === 'id' });
  expect(Object.keys(patch['properties'] as object)).toEqual(['name', 'color', 'extra']);
  expect(patch).not.toHaveProperty('required');
});

test('free JSON has the schema that its field names', () => {
  expect(jsonSchemaOf(WorkflowSchema, { named })).toMatchObject({
    properties: { steps: { type: 'array', items: { type: 'object' } }, integrations: { type: 'array', items: {} } },
  });
  expect(jsonSchemaOf(TestStepSchema)).toMatchObject({ properties: { output: { type: ['object', 'null'] } } });
  expect(jsonSchemaOf(CreateWorkflowRequestSchema, { named })).toMatchObject({
    properties: { steps: { type: ['array', 'null'], items: { $ref: '#/step' } } },
  });
  expect(() => jsonSchemaOf(WorkflowSchema)).toThrow('No JSON Schema is named WorkflowStep');
});

test('nested messages are inlined, or referred to, and one that holds itself ends', () => {
  expect(jsonSchemaOf(ItemSchema)).toMatchObject({
    properties: { child: { type: ['object', 'null'] }, children: { type: 'array', items: { type: 'object' } } },
  });
  expect(jsonSchemaOf(ItemSchema, { refOf: ({ name }) => `#/${name}` })).toMatchObject({
    properties: { child: { anyOf: [{ $ref: '#/Item' }, { type: 'null' }] }, children: { items: { $ref: '#/Item' } } },
  });
});

test('an example holds the values that the fields name, and what a schema needs', () => {
  expect(exampleOf(CreateWorkflowRequestSchema, { direction: 'request' })).toEqual({
    name: 'Inbound Lead Qualification',
  });
  expect(exampleOf(WorkflowSchema, { named: { WorkflowStep: { id: 'a' } } })).toMatchObject({
    id: 12,
    status: 'draft',
    project_id: null,
    steps: [{ id: 'a' }],
    integrations: [],
    created_at: '2026-04-02T12:00:00.000Z',
  });
  expect(exampleOf(ItemSchema)).toMatchObject({ child: null, children: [], sizes: {} });
});
