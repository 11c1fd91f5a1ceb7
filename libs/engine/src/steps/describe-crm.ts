import { type JsonObject, stringifyJson } from '@drippulse/json';
import { objectOf } from '../json-value.ts';
import type { RecordType } from './crm-fields.ts';
import type { StubbedEffect } from './step-type.ts';

/**
 * Returns the stub of a CRM step. Its message describes the change, and its output has the written fields with
 * fictitious ids.
 */
export function describeCrm(phrase: string, type: RecordType, request: JsonObject): StubbedEffect {
  const { integration_id: integration, record_id: recordId } = request;
  const fields = objectOf(request['fields']) ?? {};
  const place = integration === 'internal' ? '' : ` in ${String(integration)}`;
  const id = recordId ?? `${type}_test`;
  return {
    preview: `fields: ${stringifyJson(fields)}`,
    result: {
      outcome: 'succeeded',
      message: `Would ${phrase}${place}`,
      output: { [type]: { ...fields, id, public_id: id } },
    },
  };
}
