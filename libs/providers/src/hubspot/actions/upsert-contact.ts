import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line, mailAddress } from '../../requests/fields.ts';
import { properties, propertiesOf, recordOutput, texts, upsertObject } from '../objects.ts';

export const upsertContact = defineAction({
  provider: 'hubspot',
  name: 'upsert_contact',
  label: 'Create or update contact',
  description: 'Makes the contact with a mail address, or changes it.',
  input: z.strictObject({
    email: mailAddress('Mail address, by which the contact is found.'),
    first_name: line('First name.').optional(),
    last_name: line('Last name.').optional(),
    phone: line('Telephone number.').optional(),
    company: line('Company.').optional(),
    job_title: line('Position.').optional(),
    lifecycle_stage: line('Lifecycle stage, such as lead; it moves forwards only.').optional(),
    lead_status: line('Lead status, by its internal name.').optional(),
    owner_id: line('Id of the owner in HubSpot.', 40).optional(),
    properties: properties.optional(),
  }),
  output: recordOutput.extend({ created: z.boolean() }),
  scopes: ['crm.objects.contacts.write'],
  repeat: 'upsert',
  example: { email: 'ada@example.com', first_name: 'Ada', company: 'Example Ltd', properties: { city: 'London' } },
  *perform(input) {
    const values = texts({
      firstname: input.first_name,
      lastname: input.last_name,
      phone: input.phone,
      company: input.company,
      jobtitle: input.job_title,
      lifecyclestage: input.lifecycle_stage,
      hs_lead_status: input.lead_status,
      hubspot_owner_id: input.owner_id,
    });
    return yield* upsertObject('contacts', 'email', input.email, { ...propertiesOf(input.properties), ...values });
  },
});
