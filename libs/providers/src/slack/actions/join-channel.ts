import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { call, channelIdField } from '../messages.ts';

export const joinChannel = defineAction({
  provider: 'slack',
  name: 'join_channel',
  label: 'Join a channel',
  description: 'Lets the bot join a public channel.',
  input: z.strictObject({ channel: channelIdField }),
  output: z.object({ channel_id: z.string() }),
  scopes: ['channels:join'],
  repeat: 'same',
  example: { channel: 'C0000000001' },
  *perform({ channel }) {
    yield call('conversations.join', { channel });
    return { channel_id: channel };
  },
});
