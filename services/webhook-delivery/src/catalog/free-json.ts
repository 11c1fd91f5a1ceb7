import type { DescMessage } from '@bufbuild/protobuf';
import { fieldRest, type JsonSchema } from '@drippulse/json';

/**
 * Makes an empty schema for each named free JSON value within a message. The service that raises the event owns the
 * content, so a new name in that service needs no change here.
 */
export function freeJsonSchemas(desc: DescMessage): Record<string, JsonSchema> {
  const named: Record<string, JsonSchema> = {};
  collect(desc, named, new Set());
  return named;
}

function collect(desc: DescMessage, named: Record<string, JsonSchema>, seen: Set<DescMessage>): void {
  if (seen.has(desc)) return;
  seen.add(desc);
  for (const field of desc.fields) {
    if (field.message !== undefined) collect(field.message, named, seen);
    const { json, schemaOf } = fieldRest(field);
    if (json) named[schemaOf.replace(/(\?|\[\])+$/, '')] = {};
  }
}
