import { create, type DescField, type DescMessage, ScalarType, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { TimestampSchema, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { fieldRest, fieldSchemaOf } from '@drippulse/json';
import { Mode, ModeSchema } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import type { EventType } from '../src/catalog/event-types.ts';
import { newEventId } from '../src/deliveries/event-id.ts';

const at = new Date('2026-11-25T12:00:00.123Z');

/** Makes an event of this type, as it is encoded in its topic, with every member set or only the required ones. */
export function filledEvent({ event, case: payloadCase, payload, type }: EventType, isWhole: boolean) {
  const id = newEventId(new Date());
  const time = timestampFromDate(new Date());
  const message = reflect(
    event,
    create(event, { id, time, organizationId: 1n, sequence: 1n, aggregate: `filled:${id}` }),
  );
  const member = event.fields.find(({ localName }) => localName === payloadCase);
  if (member?.fieldKind !== 'message') throw new Error(`${type} has no message`);
  message.set(member, filled(payload, isWhole));
  return { key: `1:filled:${id}`, value: toBinary(event, message.message), headers: { ce_id: id, ce_type: type } };
}

function filled(desc: DescMessage, isWhole: boolean): ReflectMessage {
  if (desc.typeName === TimestampSchema.typeName) return reflect(TimestampSchema, timestampFromDate(at));
  const message = reflect(desc);
  for (const field of desc.fields) {
    if (field.proto.proto3Optional && !isWhole) continue;
    if (field.oneof !== undefined && message.oneofCase(field.oneof) !== undefined) continue;
    setField(message, field, isWhole);
  }
  return message;
}

function setField(message: ReflectMessage, field: DescField, isWhole: boolean): void {
  if (field.fieldKind === 'list') {
    if (isWhole) message.get(field).add(memberOf(field, isWhole));
  } else if (field.fieldKind === 'map') {
    if (isWhole) message.get(field).set('key', memberOf(field, isWhole));
  } else {
    message.set(field, memberOf(field, isWhole));
  }
}

/** Returns the value of a field; for a list or a map, a value of one element. */
function memberOf(field: DescField, isWhole: boolean) {
  if (field.message !== undefined) return filled(field.message, isWhole);
  // The webhooks of the tests are live.
  if (field.enum?.typeName === ModeSchema.typeName) return Mode.LIVE;
  if (field.enum !== undefined) return field.enum.values.at(-1)?.number ?? 0;
  switch (field.scalar) {
    case ScalarType.STRING:
      return textOf(field);
    case ScalarType.BOOL:
      return true;
    case ScalarType.BYTES:
      return Buffer.from(freeJson(fieldRest(field)) ?? 'bytes');
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return 7n;
    default:
      return 7;
  }
}

/** Returns a string of the form that the schema of its field requires. */
function textOf(field: DescField): string {
  const schema = JSON.stringify(fieldSchemaOf(field));
  if (schema.includes('"format":"uuid"')) return '0198f0a2-7c4e-7b11-9d55-3f2a1c6e8b90';
  return schema.includes('"pattern"') ? 'lead_4f1c9d7a2b8e6053c1d2e3f4' : 'text';
}

/** Returns free JSON of the shape that its name requires. */
function freeJson({ json, schemaOf }: ReturnType<typeof fieldRest>): string | undefined {
  if (!json) return undefined;
  return schemaOf.replace('?', '').endsWith('[]') ? '[{"price":1.10}]' : '{"price":1.10}';
}
