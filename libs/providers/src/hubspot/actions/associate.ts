import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { associationRequest, objectType, recordId } from '../objects.ts';

export const associate = defineAction({
  provider: 'hubspot',
  name: 'associate',
  label: 'Associate',
  description: 'Links two objects by the default association of their types.',
  input: z.strictObject({
    from_object: objectType,
    from_id: recordId('Id of the one object.'),
    to_object: objectType,
    to_id: recordId('Id of the other object.'),
  }),
  output: z.object({}),
  scopes: ['crm.objects.contacts.write', 'crm.objects.companies.write', 'crm.objects.deals.write'],
  repeat: 'same',
  example: { from_object: 'contacts', from_id: '151', to_object: 'deals', to_id: '9001' },
  *perform({ from_object, from_id, to_object, to_id }) {
    yield associationRequest(from_object, from_id, to_object, to_id);
    return {};
  },
});
