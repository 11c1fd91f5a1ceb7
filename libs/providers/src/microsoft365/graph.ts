import type { JsonObject, JsonValue } from '@drippulse/json';
import { given, listOf, objectOf, textOf } from '../answers/reading.ts';
import type { ProviderRequest } from '../calls.ts';

/** Builds a request to Graph that requests immutable ids. Default ids change when the item moves to another folder. */
export function graph(request: Omit<ProviderRequest, 'host'>): ProviderRequest {
  return { host: 'graph', headers: { prefer: 'IdType="ImmutableId"' }, ...request };
}

export function mailbox(address: string, name?: string | undefined): JsonObject {
  return { emailAddress: given({ address, name }) };
}

/** Returns a time in Graph's form: no offset, and a separate time zone. A time with an offset is converted to UTC. */
export function graphTime(time: string, zone: string | undefined): JsonObject {
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/.test(time);
  if (!hasOffset) return { dateTime: time, timeZone: zone ?? 'UTC' };
  return { dateTime: new Date(time).toISOString().replace(/\.\d+Z$/, ''), timeZone: 'UTC' };
}

export function itemBody(content: string | undefined, type: 'html' | 'text' = 'text'): JsonObject | undefined {
  return content === undefined ? undefined : { contentType: type, content };
}

export function itemsOf(body: JsonValue): JsonObject[] {
  return listOf(objectOf(body)['value']).map(objectOf);
}

export function idOf(body: JsonValue): string | undefined {
  return textOf(objectOf(body)['id']);
}
