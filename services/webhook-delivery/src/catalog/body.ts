import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { encodeJson, exampleOf, type JsonSchema, jsonSchemaOf } from '@drippulse/json';
import type { EventType } from './event-types.ts';
import { freeJsonSchemas } from './free-json.ts';

/** The members of a delivery's body other than `data`. */
export type Envelope = { id: string; type: string; at: Date; organizationId: bigint };

/** Encodes the body of a delivery, once for each event. It is sent unchanged on every attempt. */
export function bodyOf<D extends DescMessage>(envelope: Envelope, payload: D, data: MessageShape<D>): string {
  return bodyText(envelope, encodeJson(payload, data));
}

/** Makes an example body of this event type. */
export function exampleBody({ payload }: EventType, envelope: Envelope): string {
  return bodyText(envelope, JSON.stringify(exampleOf(payload)));
}

/** Makes the JSON Schema (2020-12) of the bodies of this event type. */
export function bodySchema({ type, description, payload }: EventType): JsonSchema {
  const properties = {
    id: { type: 'string', pattern: '^evt_', description: 'Id of the event, also sent as webhook-id.' },
    type: { const: type },
    timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
    organization_id: { type: 'integer' },
    data: jsonSchemaOf(payload, { named: freeJsonSchemas(payload) }),
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type,
    description,
    type: 'object',
    properties,
    required: Object.keys(properties),
  };
}

function bodyText({ id, type, at, organizationId }: Envelope, data: string): string {
  const head = JSON.stringify({ id, type, timestamp: at.toISOString(), organization_id: Number(organizationId) });
  return `${head.slice(0, -1)},"data":${data}}`;
}
