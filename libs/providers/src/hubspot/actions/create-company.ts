import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line } from '../../requests/fields.ts';
import { createObject, objectId, properties, propertiesOf, texts } from '../objects.ts';

export const createCompany = defineAction({
  provider: 'hubspot',
  name: 'create_company',
  label: 'Create company',
  description: 'Makes a company, whether or not there is one like it.',
  input: z.strictObject({
    name: line('Name.'),
    domain: line('Domain.').optional(),
    properties: properties.optional(),
  }),
  output: objectId,
  scopes: ['crm.objects.companies.write'],
  repeat: 'none',
  example: { name: 'Example Ltd', domain: 'example.com' },
  *perform({ name, domain, properties: more }) {
    return yield* createObject('companies', { ...propertiesOf(more), ...texts({ name, domain }) });
  },
});
