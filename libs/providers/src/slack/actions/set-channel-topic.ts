import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line } from '../../requests/fields.ts';
import { call, channelIdField } from '../messages.ts';

export const setChannelTopic = defineAction({
  provider: 'slack',
  name: 'set_channel_topic',
  label: 'Set the topic of a channel',
  description: 'Sets the topic of a channel that the bot is in.',
  input: z.strictObject({ channel: channelIdField, topic: line('The topic.', 250) }),
  output: z.object({ channel_id: z.string() }),
  scopes: ['channels:manage', 'groups:write'],
  repeat: 'same',
  example: { channel: 'C0000000001', topic: 'Deals above 10,000' },
  *perform({ channel, topic }) {
    yield call('conversations.setTopic', { channel, topic });
    return { channel_id: channel };
  },
});
