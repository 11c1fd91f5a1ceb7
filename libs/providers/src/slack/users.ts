import type { JsonObject } from '@drippulse/json';
import { objectOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';

/** Finds the member with a mail address. */
export function* lookUpUser(email: string): Generator<ProviderRequest, JsonObject, ProviderAnswer> {
  const answer = yield { host: 'api', method: 'GET', path: '/api/users.lookupByEmail', query: { email } };
  return objectOf(objectOf(answer.body)['user']);
}
