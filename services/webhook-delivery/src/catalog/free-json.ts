import type { DescMessage } from '@bufbuild/protobuf';
import { fieldRest, type JsonSchema } from '@drippulse/json';

/**
 * A schema that takes anything for each name of free JSON within a message: what is inside belongs to the service that
 * raises the event, and a name that is new there must need nothing here.
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
