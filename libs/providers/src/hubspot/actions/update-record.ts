import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { fieldsByName } from '../../requests/fields.ts';
import { objectType, propertiesOf, propertyName, recordId, recordOutput, updateObject } from '../objects.ts';

export const updateRecord = defineAction({
  provider: 'hubspot',
  name: 'update_record',
  label: 'Update record',
  description: 'Changes properties of an object.',
  input: z.strictObject({
    object: objectType,
    id: recordId('Id of the object, or the value of id_property.'),
    id_property: z
      .string()
      .regex(propertyName)
      .optional()
      .describe('Unique property that id is a value of, such as email.'),
    properties: fieldsByName(propertyName, 'What changes, by internal name; null clears.'),
  }),
  output: recordOutput,
  scopes: ['crm.objects.contacts.write', 'crm.objects.companies.write', 'crm.objects.deals.write'],
  repeat: 'same',
  example: {
    object: 'contacts',
    id: 'ada@example.com',
    id_property: 'email',
    properties: { jobtitle: 'CTO', city: null },
  },
  *perform(input) {
    return yield* updateObject(input.object, input.id, propertiesOf(input.properties), input.id_property);
  },
});
