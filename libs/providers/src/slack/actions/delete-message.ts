import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { call, channelIdField, tsField } from '../messages.ts';

export const deleteMessage = defineAction({
  provider: 'slack',
  name: 'delete_message',
  label: 'Delete a message',
  description: 'Deletes a message that the bot has posted.',
  input: z.strictObject({ channel: channelIdField, ts: tsField }),
  output: z.object({ ts: z.string() }),
  scopes: ['chat:write'],
  repeat: 'same',
  reaches: 'deletes',
  example: { channel: 'C0000000001', ts: '1700000000.000001' },
  *perform({ channel, ts }) {
    yield {
      ...call('chat.delete', { channel, ts }),
      isDone: ({ body }) => objectOf(body)['error'] === 'message_not_found',
    };
    return { ts };
  },
});
