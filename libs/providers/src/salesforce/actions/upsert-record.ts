import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { type ProviderRequest, pathOf } from '../../calls.ts';
import { fieldsByName, line } from '../../requests/fields.ts';
import { fieldName, fieldsOf, objectName, servicePath } from '../requests.ts';

export const upsertRecord = defineAction({
  provider: 'salesforce',
  name: 'upsert_record',
  label: 'Create or update record',
  description: 'Makes the record with an external id, or changes it. Several records with it are refused.',
  input: z.strictObject({
    object: objectName,
    external_id_field: z.string().regex(fieldName).describe('API name of the external id field, such as Crm_Key__c.'),
    external_id: line('Value of that field.'),
    fields: fieldsByName(fieldName, 'Fields by API name; null clears.'),
  }),
  output: z.object({ id: z.string().nullable(), created: z.boolean() }),
  scopes: ['api'],
  repeat: 'upsert',
  example: {
    object: 'Contact',
    external_id_field: 'Crm_Key__c',
    external_id: 'crm-1',
    fields: { LastName: 'Lovelace', Email: 'ada@example.com' },
  },
  *perform({ object, external_id_field: field, external_id: value, fields: given }, { settings }) {
    // Salesforce refuses a body that contains the id or the external id, because both are in the URL.
    const { [field]: _, Id: __, ...fields } = fieldsOf(given);
    const { body } = yield upsertRequest(settings, { object, field, value, fields });
    const result = objectOf(Array.isArray(body) ? listOf(body)[0] : body);
    return { id: textOf(result['id']) ?? null, created: result['created'] === true };
  },
});

/**
 * Builds the upsert. A slash in the value, or a dot at the value's end, breaks the URL. For such a value, uses the call
 * for collections, whose body contains the value.
 */
function upsertRequest(
  settings: Readonly<Record<string, string>>,
  { object, field, value, fields }: { object: string; field: string; value: string; fields: JsonObject },
): ProviderRequest {
  const base = { host: 'instance', method: 'PATCH' } as const;
  if (!value.includes('/') && !value.endsWith('.'))
    return {
      ...base,
      path: servicePath(settings, pathOf`sobjects/${object}/${field}/${value}`),
      body: { json: fields },
    };
  const records = [{ attributes: { type: object }, [field]: value, ...fields }];
  const path = servicePath(settings, pathOf`composite/sobjects/${object}/${field}`);
  return { ...base, path, body: { json: { allOrNone: false, records } } };
}
