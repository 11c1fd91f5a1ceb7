import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { fieldPath, objectName, recordId, servicePath } from '../requests.ts';

export const getRecord = defineAction({
  provider: 'salesforce',
  name: 'get_record',
  label: 'Get record',
  description: 'Reads a record.',
  input: z.strictObject({
    object: objectName,
    id: recordId('Record to read.'),
    fields: z.array(z.string().regex(fieldPath)).max(200).optional().describe('Fields to read; all unless given.'),
  }),
  output: z.object({ record: z.record(z.string(), z.unknown()) }),
  scopes: ['api'],
  repeat: 'read',
  example: { object: 'Lead', id: '00Q5g00000AbCdEAAV', fields: ['Email', 'Status'] },
  *perform({ object, id, fields }, { settings }) {
    const path = servicePath(settings, pathOf`sobjects/${object}/${id}`);
    const { body } = yield { host: 'instance', method: 'GET', path, query: { fields: fields?.join(',') } };
    const { attributes: _, ...record } = objectOf(body);
    return { record };
  },
});
