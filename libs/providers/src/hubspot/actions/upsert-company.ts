import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import { createObject, properties, propertiesOf, texts, updateObject } from '../objects.ts';
import { searchRequest } from '../search.ts';

export const upsertCompany = defineAction({
  provider: 'hubspot',
  name: 'upsert_company',
  label: 'Create or update company',
  description:
    'Changes the company with a domain, or makes it. HubSpot keeps no domain unique: one made in the last half minute may be missed.',
  input: z.strictObject({
    domain: line('Domain, by which the company is found.'),
    name: line('Name.').optional(),
    industry: line('Industry, by its internal name.').optional(),
    phone: line('Telephone number.').optional(),
    employees: z.int().min(0).optional().describe('Number of employees.'),
    properties: properties.optional(),
  }),
  output: z.object({ id: z.string(), created: z.boolean() }),
  scopes: ['crm.objects.companies.write', 'crm.objects.companies.read'],
  repeat: 'check',
  example: { domain: 'example.com', name: 'Example Ltd', employees: 40 },
  *perform(input) {
    const { body } = yield searchRequest('companies', [{ field: 'domain', operator: 'equals', value: input.domain }], {
      limit: 1,
    });
    const found = textOf(objectOf(listOf(objectOf(body)['results'])[0])['id']);
    const values = {
      ...propertiesOf(input.properties),
      ...texts({
        domain: input.domain,
        name: input.name,
        industry: input.industry,
        phone: input.phone,
        numberofemployees: input.employees,
      }),
    };
    if (found === undefined) {
      const { id = '' } = yield* createObject('companies', values);
      return { id, created: true };
    }
    yield* updateObject('companies', found, values);
    return { id: found, created: false };
  },
});
