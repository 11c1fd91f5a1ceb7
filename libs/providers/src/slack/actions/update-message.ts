import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import {
  blocks,
  call,
  channelIdField,
  contentOf,
  messageOf,
  messageOutput,
  messageText,
  tsField,
} from '../messages.ts';

export const updateMessage = defineAction({
  provider: 'slack',
  name: 'update_message',
  label: 'Update a message',
  description: 'Replaces the text of a message that the bot has posted.',
  input: z.strictObject({ channel: channelIdField, ts: tsField, text: messageText, blocks }),
  output: messageOutput,
  scopes: ['chat:write'],
  repeat: 'same',
  example: { channel: 'C0000000001', ts: '1700000000.000001', text: 'The deal is won' },
  *perform({ channel, ts, text, blocks }) {
    return messageOf(yield call('chat.update', { channel, ts, ...contentOf({ text, blocks }) }));
  },
});
