import type { DescField, DescMessage, DescMethod } from '@bufbuild/protobuf';
import { fieldRest } from '@drippulse/json';
import { Part } from '@drippulse/proto/drippulse/rest/v1/rest_pb';

/** The inputs of a response's ETag, in addition to the response itself. */
export type Validator = {
  /** Member with the revision of the row; undefined if the row has none. */
  revision: DescField | undefined;
  /** Whether the response can change without a write to the row. */
  isWeak: boolean;
};

/**
 * Returns the validator of a method whose response is one row. These methods are every read of one row, and every write
 * whose response has the revision. Undefined for lists, raw bytes and whole messages.
 */
export function validatorOf(method: DescMethod, verb: string, row: DescField | undefined): Validator | undefined {
  const desc = row?.message;
  if (desc === undefined || desc.typeName === 'google.api.HttpBody' || method.methodKind !== 'unary') return undefined;
  const revision = desc.fields.find((field) => fieldRest(field).part === Part.REVISION);
  if (revision === undefined && verb !== 'get') return undefined;
  return { revision, isWeak: revision === undefined || hasDerived(desc) };
}

function hasDerived({ fields }: DescMessage, seen: ReadonlySet<string> = new Set()): boolean {
  return fields.some((field) => {
    const { message } = field;
    if (fieldRest(field).part === Part.DERIVED) return true;
    if (message === undefined || seen.has(message.typeName)) return false;
    return hasDerived(message, new Set([...seen, message.typeName]));
  });
}
