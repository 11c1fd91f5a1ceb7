import type { DescEnum, DescField } from '@bufbuild/protobuf';
import { ListCrmLeadsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { EnrollmentSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import {
  ApiKeySchema,
  LoginResponseSchema,
  VerifySessionResponseSchema,
} from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ItemSchema, PatchRequestSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { WebhookSchema } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import {
  CreateWorkflowRequestSchema,
  TestStepSchema,
  WorkflowSchema,
} from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { expect, test } from '@jest/globals';
import { exampleOf } from './example.ts';
import { jsonSchemaOf } from './json-schema.ts';

const named = {
  WorkflowStep: { type: 'object' },
  WorkflowStepInput: { $ref: '#/step' },
  WorkflowGoal: { type: 'object' },
  WorkflowReEntry: { type: 'object' },
  WorkflowHoldout: { type: 'object' },
  api_key_scopes: { type: 'array' },
};

test('a response has every member, null where it can be unset', () => {
  expect(jsonSchemaOf(VerifySessionResponseSchema, { named })).toMatchObject({
    type: 'object',
    properties: {
      valid: { type: 'boolean' },
      kind: { type: 'string', enum: ['session', 'api_key'] },
      organization_id: { type: 'integer', format: 'int64', maximum: 2 ** 53 - 1 },
      role: { type: 'string', enum: ['viewer', 'approver', 'editor', 'admin'] },
      expires_at: { type: ['string', 'null'], format: 'date-time' },
      admin: { type: ['object', 'null'], required: ['id', 'username', 'email', 'organization_id', 'role'] },
    },
    required: ['valid', 'kind', 'organization_id', 'role', 'mode', 'expires_at', 'admin', 'api_key', 'scopes'],
  });
});

test('what is left out when unset is not required and never null', () => {
  const schema = jsonSchemaOf(ApiKeySchema, { named });
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

test('a message that is always there is never null in an answer; other messages may be', () => {
  expect(jsonSchemaOf(LoginResponseSchema)).toMatchObject({ properties: { admin: { type: 'object' } } });
  expect(jsonSchemaOf(EnrollmentSchema)).toMatchObject({
    properties: { contact: { type: 'object' }, current_step: { type: ['object', 'null'] } },
  });
});

test('free objects may have any member, and are null once', () => {
  expect(jsonSchemaOf(TestStepSchema)).toMatchObject({ properties: { output: { additionalProperties: true } } });
  expect(jsonSchemaOf(WebhookSchema)).toMatchObject({
    properties: { filter: { type: ['object', 'null'], additionalProperties: true } },
  });
});

test('enums, and texts with listed values, are inlined or referred to', () => {
  const enums = new Map<string, unknown>();
  const refOfEnum = (owner: DescEnum | DescField, schema: unknown) => {
    enums.set(owner.name, schema);
    return `#/${owner.name}`;
  };
  expect(jsonSchemaOf(CreateWorkflowRequestSchema, { direction: 'request', named, refOfEnum })).toMatchObject({
    properties: { status: { anyOf: [{ $ref: '#/WorkflowStatus' }, { type: 'null' }] } },
  });
  expect(jsonSchemaOf(ListCrmLeadsRequestSchema, { direction: 'parameter', refOfEnum })).toMatchObject({
    properties: { sort: { $ref: '#/sort' } },
  });
  expect(enums.get('WorkflowStatus')).toEqual({ type: 'string', enum: ['draft', 'active', 'paused', 'archived'] });
  expect(enums.get('sort')).toMatchObject({ type: 'string', enum: expect.arrayContaining(['created_at']) });
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
  expect(exampleOf(WorkflowSchema, { named: { ...named, WorkflowStep: { id: 'a' } } })).toMatchObject({
    id: 12,
    status: 'draft',
    project_id: null,
    steps: [{ id: 'a' }],
    integrations: [],
    created_at: '2026-04-02T12:00:00.000Z',
  });
  expect(exampleOf(ItemSchema)).toMatchObject({ child: null, children: [], sizes: {} });
});
