import { type DescField, type DescMessage, type MessageShape, ScalarType } from '@bufbuild/protobuf';
import { decodeJson, type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { parseObject } from '../../enrollments/contact.ts';

/**
 * Reads the rendered fields of a step as the body of the equivalent REST request: PATCH if there is an `id`, else POST.
 * Templates render strings, so a numeric string becomes a number if its field is numeric. Throws the codec's error if
 * the body is not valid.
 */
export function recordMessage<D extends DescMessage>(desc: D, request: JsonObject, id?: string): MessageShape<D> {
  const fields = parseObject(stringifyJson(request['fields'] ?? null));
  const typed = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const field = desc.fields.find((candidate) => candidate.name === name);
      return [name, field !== undefined && isNumeric(field) ? toNumber(value) : value];
    }),
  );
  const text = stringifyJson(typed);
  return id === undefined
    ? decodeJson(desc, text, { method: 'POST' })
    : decodeJson(desc, text, { method: 'PATCH', path: { id } });
}

function isNumeric(field: DescField): boolean {
  return field.fieldKind === 'scalar' && field.scalar !== ScalarType.STRING && field.scalar !== ScalarType.BYTES;
}

function toNumber(value: JsonValue): JsonValue {
  if (typeof value !== 'string' || !/^\s*-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?\s*$/.test(value)) return value;
  return parseJson(value.trim());
}
