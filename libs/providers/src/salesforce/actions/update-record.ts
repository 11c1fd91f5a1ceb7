import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { fieldsByName } from '../../requests/fields.ts';
import { createdOutput, fieldName, fieldsOf, objectName, patchRecord, recordId } from '../requests.ts';

export const updateRecord = defineAction({
  provider: 'salesforce',
  name: 'update_record',
  label: 'Update record',
  description: 'Changes fields of a record.',
  input: z.strictObject({
    object: objectName,
    id: recordId('Record to change.'),
    fields: fieldsByName(fieldName, 'What changes, by API name; null clears.'),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'same',
  example: { object: 'Lead', id: '00Q5g00000AbCdEAAV', fields: { Rating: 'Hot', Title: null, Score__c: 90 } },
  *perform({ object, id, fields }, { settings }) {
    return yield* patchRecord(settings, object, id, fieldsOf(fields));
  },
});
