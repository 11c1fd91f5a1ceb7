import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { objectType, propertyName, recordId, recordOf, recordOutput } from '../objects.ts';

export const getRecord = defineAction({
  provider: 'hubspot',
  name: 'get_record',
  label: 'Get record',
  description: 'Reads an object.',
  input: z.strictObject({
    object: objectType,
    id: recordId('Id of the object, or the value of id_property.'),
    id_property: z
      .string()
      .regex(propertyName)
      .optional()
      .describe('Unique property that id is a value of, such as email.'),
    properties: z.array(z.string().regex(propertyName)).max(100).optional().describe('Properties to read.'),
  }),
  output: recordOutput,
  scopes: ['crm.objects.contacts.read', 'crm.objects.companies.read', 'crm.objects.deals.read'],
  repeat: 'read',
  example: { object: 'contacts', id: 'ada@example.com', id_property: 'email', properties: ['firstname'] },
  *perform(input) {
    const { body } = yield {
      host: 'api',
      method: 'GET',
      path: pathOf`/crm/objects/2026-09/${input.object}/${input.id}`,
      query: { idProperty: input.id_property, properties: input.properties?.join(',') },
    };
    return recordOf(body);
  },
});
