import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress } from '../../requests/fields.ts';

export const contactsScope = 'https://www.googleapis.com/auth/contacts';

export const createContact = defineAction({
  provider: 'google_workspace',
  name: 'create_contact',
  label: 'Create a contact',
  description: 'Adds a person to the contacts of the account.',
  input: z.strictObject({
    email: mailAddress('The mail address.'),
    first_name: line('First name.').optional(),
    last_name: line('Last name.').optional(),
    phone: line('Telephone number.', 50).optional(),
    company: line('Company.').optional(),
    title: line('Position.').optional(),
  }),
  output: z.object({ resource_name: z.string() }),
  scopes: [contactsScope],
  repeat: 'none',
  example: {
    email: 'ada@example.com',
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: '+441234567890',
    company: 'Analytical',
    title: 'Author',
  },
  *perform({ email, first_name, last_name, phone, company, title }) {
    const hasName = first_name !== undefined || last_name !== undefined;
    const hasWork = company !== undefined || title !== undefined;
    const json = given({
      emailAddresses: [{ value: email }],
      names: hasName ? [given({ givenName: first_name, familyName: last_name })] : undefined,
      phoneNumbers: phone === undefined ? undefined : [{ value: phone }],
      organizations: hasWork ? [given({ name: company, title })] : undefined,
    });
    const answer = yield { host: 'people', method: 'POST', path: '/v1/people:createContact', body: { json } };
    return given({ resource_name: textOf(objectOf(answer.body)['resourceName']) });
  },
});
