import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { gongId } from '../calls.ts';

export const getCall = defineAction({
  provider: 'gong',
  name: 'get_call',
  label: 'Get call',
  description: 'Reads when a call was, who it was with and where it is.',
  input: z.strictObject({ call_id: gongId('Call.') }),
  output: z.object({ call: z.record(z.string(), z.unknown()) }),
  scopes: ['api:calls:read:basic'],
  repeat: 'read',
  example: { call_id: '7782342274025937895' },
  *perform({ call_id }) {
    const { body } = yield { host: 'api', method: 'GET', path: pathOf`/v2/calls/${call_id}` };
    return { call: objectOf(objectOf(body)['call']) };
  },
});
