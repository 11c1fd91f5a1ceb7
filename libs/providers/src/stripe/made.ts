import type { JsonObject } from '@drippulse/json';
import type { ActionPlace } from '../actions.ts';
import { listOf, objectOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import { ActionRefusal } from '../outcomes.ts';
import { isForgotten } from '../requests/remembered.ts';
import { get } from './requests.ts';

/** Stripe keeps keys for 24 hours at least. */
const keptHours = 23;
const pageSize = 100;

/** Marks an object as made by a step, so that it is found when Stripe has forgotten the key. */
export function marked(metadata: Readonly<Record<string, string>> | undefined, { key }: ActionPlace): JsonObject {
  return { ...metadata, dp_effect: key };
}

/**
 * What an attempt made that Stripe has forgotten by now; undefined without one. `query` narrows the list to where it
 * must be; an object that is not on the page may be behind it, which only a person can tell.
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

/** Objects no older than the step, in the parameter that lists have for it. */
export function since({ plannedAt }: ActionPlace): { 'created[gte]': string } {
  return { 'created[gte]': String(Math.floor(plannedAt.getTime() / 1000) - 60) };
}
