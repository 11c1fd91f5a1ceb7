import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { enumNames, fieldRest, isHidden } from '../rest-options.ts';
import { idFormOf, isTimestamp } from './json-schema.ts';

export type ExampleOptions = {
  /** Examples of free JSON by the names in `schema_of`. Default: empty objects and arrays. */
  named?: Readonly<Record<string, unknown>>;
  /** `request` omits optional fields without an example of their own. */
  direction?: 'request' | 'response';
};

/**
 * Makes an example of a message that is valid against the message's `jsonSchemaOf`. Uses `example` options, and plain
 * values where there are none.
 */
export function exampleOf(desc: DescMessage, options: ExampleOptions = {}): Record<string, unknown> {
  return exampleWithin(desc, options, []);
}

function exampleWithin(
  desc: DescMessage,
  options: ExampleOptions,
  within: readonly DescMessage[],
): Record<string, unknown> {
  const example: Record<string, unknown> = {};
  if (within.includes(desc)) return example;
  for (const field of desc.fields) {
    if (isHidden(field) || isLeftOut(field, options)) continue;
    example[field.name] = fieldExample(field, options, [...within, desc]);
  }
  return example;
}

function isLeftOut(field: DescField, options: ExampleOptions): boolean {
  const { omitIfUnset, required, rows, example } = fieldRest(field);
  if (options.direction === 'request') return !required && !rows && example === '';
  return omitIfUnset || field.oneof !== undefined;
}

function fieldExample(field: DescField, options: ExampleOptions, within: readonly DescMessage[]): unknown {
  const rest = fieldRest(field);
  if (rest.example !== '') return JSON.parse(rest.example);
  if (rest.json) return freeExample(rest.schemaOf, options);
  if (field.proto.proto3Optional && !rest.required) return null;
  if (field.fieldKind === 'map') return {};
  if (field.fieldKind === 'list') {
    const isRecursive = field.message !== undefined && within.includes(field.message);
    return isRecursive ? [] : [elementExample(field, options, within)];
  }
  if (field.message !== undefined && within.includes(field.message)) return null;
  return elementExample(field, options, within);
}

function elementExample(field: DescField, options: ExampleOptions, within: readonly DescMessage[]): unknown {
  if (field.enum !== undefined) return [...enumNames(field.enum).values()][0];
  if (field.message !== undefined) {
    return isTimestamp(field.message) ? '2026-04-02T12:00:00.000Z' : exampleWithin(field.message, options, within);
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return fieldRest(field).values[0] ?? idExample(field) ?? 'text';
    case ScalarType.BYTES:
      return '';
    case ScalarType.BOOL:
      return true;
    default:
      return 1;
  }
}

function idExample(field: DescField): string | undefined {
  switch (idFormOf(field)) {
    case 'uuid':
      return '0198f0a2-7c4e-7b11-9d55-3f2a1c6e8b90';
    case 'public_id':
      return 'lead_4f1c9d7a2b8e6053c1d2e3f4';
    default:
      return undefined;
  }
}

function freeExample(name: string, options: ExampleOptions): unknown {
  const known = options.named?.[name];
  if (known !== undefined) return known;
  if (name.endsWith('?')) return null;
  if (name.endsWith('[]')) {
    const element = options.named?.[name.slice(0, -2)];
    return element === undefined ? [] : [element];
  }
  return name === 'object' ? {} : null;
}
