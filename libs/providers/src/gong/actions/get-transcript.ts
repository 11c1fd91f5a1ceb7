import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { gongId, things } from '../calls.ts';
import { isEmpty } from '../judge.ts';

export const getTranscript = defineAction({
  provider: 'gong',
  name: 'get_transcript',
  label: 'Get transcript',
  description: 'Reads every word of calls. It is long: a step keeps what fits into its output.',
  input: z.strictObject({ call_ids: z.array(gongId('Call.')).min(1).max(10).describe('Calls.') }),
  output: z.object({ transcripts: things }),
  scopes: ['api:calls:read:transcript'],
  repeat: 'read',
  example: { call_ids: ['7782342274025937895'] },
  *perform({ call_ids }) {
    const { body } = yield {
      host: 'api',
      method: 'POST',
      path: '/v2/calls/transcript',
      body: { json: { filter: { callIds: call_ids } } },
      isDone: isEmpty,
      isRepeatable: true,
      maxBytes: 8 * 1024 * 1024,
    };
    return { transcripts: listOf(objectOf(body)['callTranscripts']).map(objectOf) };
  },
});
