import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { graph, idOf } from '../graph.ts';

export const createContact = defineAction({
  provider: 'microsoft365',
  name: 'create_contact',
  label: 'Create a contact',
  description: 'Adds a person to the contacts of the account.',
  input: z.strictObject({
    email: mailAddress('The mail address.'),
    first_name: line('First name.').optional(),
    last_name: line('Last name.').optional(),
    phone: line('Mobile number.', 50).optional(),
    company: line('Company.').optional(),
    title: line('Position.').optional(),
  }),
  output: z.object({ contact_id: z.string() }),
  scopes: ['Contacts.ReadWrite'],
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
    const json = given({
      emailAddresses: [{ address: email }],
      givenName: first_name,
      surname: last_name,
      mobilePhone: phone,
      companyName: company,
      jobTitle: title,
    });
    const answer = yield graph({ method: 'POST', path: '/v1.0/me/contacts', body: { json } });
    return given({ contact_id: idOf(answer.body) });
  },
});
