import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import { contactsScope } from './create-contact.ts';

export const findContact = defineAction({
  provider: 'google_workspace',
  name: 'find_contact',
  label: 'Find contacts',
  description: 'Finds people in the contacts of the account. New ones appear after minutes.',
  input: z.strictObject({
    query: line('Beginning of a name, mail address or telephone number.', 200),
    limit: z.number().int().min(1).max(30).optional().describe('Most contacts. Default: 10.'),
  }),
  output: z.object({
    contacts: z.array(
      z.object({ resource_name: z.string(), name: z.string().optional(), email: z.string().optional() }),
    ),
  }),
  scopes: [contactsScope],
  repeat: 'read',
  example: { query: 'ada@example.com', limit: 10 },
  *perform({ query, limit = 10 }) {
    const answer = yield {
      host: 'people',
      method: 'GET',
      path: '/v1/people:searchContacts',
      query: { query, pageSize: limit, readMask: 'names,emailAddresses' },
    };
    const people = listOf(objectOf(answer.body)['results']).map((result) => objectOf(objectOf(result)['person']));
    return {
      contacts: people.map(({ resourceName, names, emailAddresses }) =>
        given({
          resource_name: textOf(resourceName),
          name: textOf(objectOf(listOf(names)[0])['displayName']),
          email: textOf(objectOf(listOf(emailAddresses)[0])['value']),
        }),
      ),
    };
  },
});
