import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { gongId, things } from '../calls.ts';
import { isEmpty } from '../judge.ts';

const parts = ['brief', 'keyPoints', 'topics', 'outline', 'callOutcome', 'highlights', 'trackers'] as const;

export const getCallDetails = defineAction({
  provider: 'gong',
  name: 'get_call_details',
  label: 'Get call details',
  description: 'Reads what was said in calls, in short, and who took part. Calls that are not there yet are left out.',
  input: z.strictObject({
    call_ids: z.array(gongId('Call.')).min(1).max(100).describe('Calls.'),
    parts: z.array(z.enum(parts)).default(['brief', 'keyPoints', 'callOutcome']).describe('What to read of them.'),
  }),
  output: z.object({ calls: things }),
  scopes: ['api:calls:read:extensive'],
  repeat: 'read',
  example: { call_ids: ['7782342274025937895'], parts: ['brief', 'keyPoints'] },
  *perform({ call_ids, parts: chosen }) {
    const content = Object.fromEntries(chosen.map((part) => [part, true]));
    const { body } = yield {
      host: 'api',
      method: 'POST',
      path: '/v2/calls/extensive',
      body: { json: { filter: { callIds: call_ids }, contentSelector: { exposedFields: { content, parties: true } } } },
      isDone: isEmpty,
      isRepeatable: true,
    };
    return { calls: listOf(objectOf(body)['calls']).map(objectOf) };
  },
});
