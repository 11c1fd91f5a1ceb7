import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { type ProviderAnswer, type ProviderRequest, pathOf } from '../calls.ts';
import { type FieldsByName, fieldsByName } from '../requests/fields.ts';

/** Default version of the REST API. A connection may name a different version. */
const defaultVersion = '64.0';

/** Returns a path of the REST API under its version. The segments of `path` must already be encoded. */
export function servicePath(settings: Readonly<Record<string, string>>, path: string): string {
  const version = settings['api_version']?.replace(/^v/, '') || defaultVersion;
  return `${pathOf`/services/data/v${version}`}/${path}`;
}

/** Builds the schema of an API name of an object or a field. */
export const objectName = z
  .string()
  .regex(/^[A-Za-z]\w{0,79}$/)
  .describe('API name of the object, such as Lead or Invoice__c.');
export const fieldName = /^[A-Za-z]\w{0,79}$/;
/** Matches a field, or a field of a parent such as `Owner.Name`. */
export const fieldPath = /^[A-Za-z]\w{0,79}(\.[A-Za-z]\w{0,79}){0,4}$/;

export const recordId = (help: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/, 'is not an id of Salesforce, which has 15 or 18 letters and digits')
    .describe(help);

export const moreFields = fieldsByName(fieldName, 'Further fields by their API names; null clears one.');
export const owner = recordId('User or queue that owns it.');
export const keyField = z
  .string()
  .regex(fieldName)
  .describe('A text field that gets the key of the step, by which a repeat certainly finds what was made.');
/** Converts fields to Salesforce's form, in which semicolons separate several choices of a picklist. */
export function fieldsOf(values: FieldsByName | undefined): JsonObject {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([field, value]) => [field, Array.isArray(value) ? value.join(';') : value]),
  );
}

export const createdOutput = z.object({ id: z.string() });

/** Changes a record. The response has no body. */
export function* patchRecord(
  settings: Readonly<Record<string, string>>,
  object: string,
  id: string,
  fields: JsonObject,
): Generator<ProviderRequest, JsonObject, ProviderAnswer> {
  yield {
    host: 'instance',
    method: 'PATCH',
    path: servicePath(settings, pathOf`sobjects/${object}/${id}`),
    body: { json: fields },
  };
  return { id };
}
