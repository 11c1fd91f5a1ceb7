import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { objectOf, textOf } from '../answers/reading.ts';
import type { ProviderAnswer, ProviderRequest } from '../calls.ts';
import { ActionRefusal } from '../outcomes.ts';

/** Output with the id of a job. SendGrid accepts the contacts immediately, and writes them later in this job. */
export const jobOutput = z.object({ job_id: z.string() });

export function putContacts(contacts: JsonObject[], lists?: string[]): ProviderRequest {
  const json = { contacts, ...(lists && { list_ids: lists }) };
  return { host: 'api', method: 'PUT', path: '/v3/marketing/contacts', body: { json } };
}

/**
 * Finds the contact of a mail address; null if there is none. SendGrid may return 200 with an error for the address.
 */
export function* searchContact(email: string): Generator<ProviderRequest, JsonObject | null, ProviderAnswer> {
  const answer = yield {
    host: 'api',
    method: 'POST',
    path: '/v3/marketing/contacts/search/emails',
    body: { json: { emails: [email] } },
    isDone: ({ status }) => status === 404,
    isRepeatable: true,
  };
  if (answer.status === 404) return null;
  const results = objectOf(objectOf(answer.body)['result']);
  // The addresses in the response are in lower case, regardless of the request.
  const found = Object.entries(results).find(([address]) => address.toLowerCase() === email.toLowerCase());
  const { contact, error } = objectOf(found?.[1]);
  const message = textOf(error);
  if (contact === undefined && message !== undefined && !/not found/i.test(message))
    throw new ActionRefusal({
      class: 'per_record',
      problem: { code: 'contact_search_failed', message, field: 'email' },
    });
  return contact === undefined ? null : objectOf(contact);
}
