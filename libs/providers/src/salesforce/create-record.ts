import type { JsonObject } from '@drippulse/json';
import type { ActionCalls, ActionPlace } from '../actions.ts';
import { given, listOf, objectOf, textOf } from '../answers/reading.ts';
import { pathOf } from '../calls.ts';
import { servicePath } from './requests.ts';
import { literal, queryRequest, timeLiteral } from './soql.ts';

/** Tolerated difference between Salesforce's clock and the platform's clock. */
const skewMs = 60_000;

/**
 * Creates a record. Salesforce has no idempotency keys, so a repeat first looks for the record of an earlier attempt.
 * It looks by the field that contains the platform's key if there is one, or else by the `natural` fields among records
 * that are not older than the step.
 */
export function* createRecord(
  object: string,
  fields: JsonObject,
  place: ActionPlace,
  more: { keyField?: string; natural: readonly string[]; headers?: Readonly<Record<string, string>> },
): ActionCalls {
  const { keyField, natural, headers } = more;
  if (place.mayHaveHappened) {
    const conditions =
      keyField === undefined ? naturalConditions(fields, natural, place) : [`${keyField} = ${literal(place.key)}`];
    const soql = `SELECT Id FROM ${object} WHERE ${conditions.join(' AND ')} ORDER BY CreatedDate, Id LIMIT 1`;
    const found = yield queryRequest(place.settings, soql);
    const id = textOf(objectOf(listOf(objectOf(found.body)['records'])[0])['Id']);
    if (id !== undefined) return { id };
  }
  const { body } = yield {
    host: 'instance',
    method: 'POST',
    path: servicePath(place.settings, pathOf`sobjects/${object}`),
    headers,
    body: { json: { ...fields, ...(keyField !== undefined && { [keyField]: place.key }) } },
  };
  return given({ id: textOf(objectOf(body)['id']) });
}

/**
 * Builds the conditions on natural fields. Trims their values, because Salesforce trims strings when it stores them.
 */
function naturalConditions(fields: JsonObject, natural: readonly string[], { plannedAt }: ActionPlace): string[] {
  const equal = natural.flatMap((name) => {
    const value = fields[name];
    return typeof value === 'string' ? [`${name} = ${literal(value.trim())}`] : [];
  });
  return [...equal, `CreatedDate >= ${timeLiteral(new Date(plannedAt.getTime() - skewMs))}`];
}
