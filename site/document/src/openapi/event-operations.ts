import { exampleOf, type JsonSchema } from '@drippulse/json';
import type { PublicEvent } from '../api/events.ts';
import { pascalCase, type SchemaComponents } from './components.ts';

/** Tag of the events in the document. */
export const eventsTag = {
  name: 'Events',
  description:
    'Deliveries to webhooks, signed as Standard Webhooks 1.0.0. `GET /api/v1/webhooks/catalog` has an example to check a verifier against.',
};

const headers = {
  'webhook-id': 'Id of the event, the same on every attempt.',
  'webhook-timestamp': 'Time of the attempt in seconds since 1970.',
  'webhook-signature': 'Signatures `v1,<base64>` of `{webhook-id}.{webhook-timestamp}.{body}`, separated by spaces.',
};

/** Returns the `webhooks` of the document: one entry per event, by type. */
export function eventOperations(events: readonly PublicEvent[], schemas: SchemaComponents): Record<string, unknown> {
  return Object.fromEntries(events.map((event) => [event.type, { post: operationOf(event, schemas) }]));
}

function operationOf(event: PublicEvent, schemas: SchemaComponents): Record<string, unknown> {
  const { type, description, payload } = event;
  const schema = schemas.own(`${pascalCase(type)}Event`, bodySchema(event, schemas));
  const example = {
    id: 'evt_019abade-4a00-7000-8000-000000000001',
    type,
    timestamp: '2026-11-25T12:00:00.000Z',
    organization_id: 1,
    data: exampleOf(payload, { named: schemas.examples }),
  };
  return {
    operationId: `events.${type}`,
    tags: [eventsTag.name],
    summary: description.replace(/\.$/, ''),
    description,
    security: [],
    parameters: Object.entries(headers).map(([name, text]) => ({
      name,
      in: 'header',
      required: true,
      description: text,
      schema: { type: 'string' },
    })),
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
    responses: {
      '2XX': {
        description: 'The event has arrived. Every other answer is a failed attempt, and is repeated for days.',
      },
      410: { description: 'The endpoint is gone: the webhook is disabled.' },
    },
  };
}

function bodySchema({ type, description, payload }: PublicEvent, schemas: SchemaComponents): JsonSchema {
  const properties = {
    id: { type: 'string', pattern: '^evt_', description: 'Id of the event, also sent as webhook-id.' },
    type: { type: 'string', const: type, description: 'Type of the event.' },
    timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
    organization_id: {
      type: 'integer',
      format: 'int64',
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Organization it belongs to.',
    },
    data: schemas.response(payload),
  };
  return { type: 'object', description, properties, required: Object.keys(properties) };
}
