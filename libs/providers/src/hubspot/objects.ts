import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import type { ActionCalls } from '../actions.ts';
import { given, listOf, objectOf, textOf } from '../answers/reading.ts';
import { type ProviderRequest, pathOf } from '../calls.ts';
import { type FieldsByName, fieldsByName, line } from '../requests/fields.ts';

/** An object type, by its name or id (`contacts`, `2-12345`). */
export const objectType = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/)
  .describe('Type of object: contacts, companies, deals, tickets, or the id of a custom object.');

export const recordId = (help: string) => line(help, 100);

export const propertyName = /^[a-z0-9_]{1,255}$/;
export const properties = fieldsByName(propertyName, 'Further properties by their internal names; null clears one.');

export const objectId = z.object({ id: z.string() });

/**
 * Converts values to strings, as HubSpot requires. An empty string clears a property. Semicolons separate several
 * choices.
 */
export function propertiesOf(values: FieldsByName | undefined): Record<string, string> {
  const entries = Object.entries(values ?? {}).map(([name, value]) => {
    if (value === null) return [name, ''];
    return [name, Array.isArray(value) ? value.join(';') : String(value)];
  });
  return Object.fromEntries(entries);
}

/** Returns the defined properties as strings. */
export function texts(values: Readonly<Record<string, string | number | boolean | undefined>>): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/**
 * A default association of a new object: the association type's id in HubSpot's table, and the id of the other object.
 */
export type Association = readonly [typeId: number, id: string | undefined];

/** Creates an object. A repeat creates a second object. */
export function* createObject(
  type: string,
  values: Record<string, string>,
  associations: readonly Association[] = [],
): ActionCalls {
  const links = associations.flatMap(([typeId, id]) =>
    id === undefined
      ? []
      : [{ to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }] }],
  );
  const { body } = yield {
    host: 'api',
    method: 'POST',
    path: pathOf`/crm/objects/2026-09/${type}`,
    body: { json: { properties: values, ...(links.length > 0 && { associations: links }) } },
  };
  return given({ id: textOf(objectOf(body)['id']) });
}

/** Changes an object, which is identified by its id or by another property. */
export function* updateObject(
  type: string,
  id: string,
  values: Record<string, string>,
  idProperty?: string,
): ActionCalls {
  const { body } = yield {
    host: 'api',
    method: 'PATCH',
    path: pathOf`/crm/objects/2026-09/${type}/${id}`,
    query: { idProperty },
    body: { json: { properties: values } },
  };
  return recordOf(body);
}

/** Creates or changes the object whose property `idProperty` is `id`. The property must be unique in HubSpot. */
export function* upsertObject(
  type: string,
  idProperty: string,
  id: string,
  values: Record<string, string>,
): ActionCalls {
  const { body } = yield {
    host: 'api',
    method: 'POST',
    path: pathOf`/crm/objects/2026-09/${type}/batch/upsert`,
    isRepeatable: true,
    body: { json: { inputs: [{ id, idProperty, properties: values }] } },
  };
  const [result] = listOf(objectOf(body)['results']);
  return { ...recordOf(result), ...given({ created: objectOf(result)['new'] }) };
}

/** Links two objects by the default association of their types. */
export function associationRequest(from: string, fromId: string, to: string, toId: string): ProviderRequest {
  const path = pathOf`/crm/objects/2026-09/${from}/${fromId}/associations/default/${to}/${toId}`;
  return { host: 'api', method: 'PUT', path };
}

/** Returns the id and the properties of the object in a response. */
export function recordOf(json: Parameters<typeof objectOf>[0]): JsonObject {
  const { id, properties: values } = objectOf(json);
  return given({ id: textOf(id), properties: objectOf(values) });
}

export const recordOutput = z.object({ id: z.string(), properties: z.record(z.string(), z.unknown()) });
