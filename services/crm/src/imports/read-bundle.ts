import { DomainError } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import { importers } from './importers.ts';
import { problemsOf, type SourceRow } from './source-row.ts';
import { splitBundle } from './split-bundle.ts';

/** Reads the rows of a JSON bundle as it arrives. Members that are not collections are skipped. */
export async function* readBundle(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SourceRow> {
  for await (const { text, ...place } of splitBundle(chunks)) {
    if (importers.has(place.collection)) yield { ...place, ...readElement(text) };
  }
}

function readElement(text: string): { fields: JsonObject } | { problems: ReturnType<typeof problemsOf> } {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (cause) {
    const error = new DomainError('malformed', 'malformed_json', 'The row is not valid JSON.', { cause });
    return { problems: problemsOf(error) };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)) {
    return { fields: value };
  }
  return { problems: [{ field: '', message: 'must be an object', code: 'type' }] };
}
