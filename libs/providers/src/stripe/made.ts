import type { JsonObject } from '@drippulse/json';
import type { ActionPlace } from '../actions.ts';
import { listOf, objectOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import { ActionRefusal } from '../outcomes.ts';
import { isForgotten } from '../requests/remembered.ts';
import { get } from './requests.ts';

/** Hours for which Stripe certainly remembers keys. It keeps them for at least 24 hours. */
const keptHours = 23;
const pageSize = 100;

/** Adds the key to an object's metadata, so that the object can be found after Stripe has forgotten the key. */
export function marked(metadata: Readonly<Record<string, string>> | undefined, { key }: ActionPlace): JsonObject {
  return { ...metadata, dp_effect: key };
}

/**
 * Finds the object of an attempt whose key Stripe has forgotten; undefined if there is no such object. `query` narrows
 * the list. If the object is not on the first page and there are more pages, only a person can decide.
 */
export function* findMade(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  place: ActionPlace,
): Generator<ProviderRequest, JsonObject | undefined, ProviderAnswer> {
  if (!isForgotten(place, keptHours)) return undefined;
  const answer = yield get(path, { ...query, limit: pageSize });
  const { data, has_more } = objectOf(answer.body);
  const found = listOf(data)
    .map(objectOf)
    .find((one) => objectOf(one['metadata'])['dp_effect'] === place.key);
  if (found === undefined && has_more === true) throw new ActionRefusal({ class: 'unknown', problem: tooMany });
  return found;
}

const tooMany = {
  code: 'key_expired',
  message: 'Stripe has forgotten the key of an earlier attempt, and has too many objects to look whether it was done.',
};

/** Returns the list parameter that selects objects which are not older than the step. */
export function since({ plannedAt }: ActionPlace): { 'created[gte]': string } {
  return { 'created[gte]': String(Math.floor(plannedAt.getTime() / 1000) - 60) };
}
