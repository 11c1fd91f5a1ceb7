import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { call, channelIdField } from '../messages.ts';

export const inviteToChannel = defineAction({
  provider: 'slack',
  name: 'invite_to_channel',
  label: 'Invite to a channel',
  description: 'Adds members of the workspace to a channel that the bot is in.',
  input: z.strictObject({
    channel: channelIdField,
    users: z
      .array(z.string().regex(/^[UW][A-Z0-9]{5,20}$/, 'is not an id of a member'))
      .min(1)
      .max(100)
      .describe('Ids of the members, such as U0123456789.'),
  }),
  output: z.object({ channel_id: z.string() }),
  scopes: ['channels:manage', 'groups:write'],
  repeat: 'same',
  example: { channel: 'C0000000001', users: ['U0000000001'] },
  *perform({ channel, users }) {
    yield {
      ...call('conversations.invite', { channel, users: users.join(',') }),
      isDone: ({ body }) => objectOf(body)['error'] === 'already_in_channel',
    };
    return { channel_id: channel };
  },
});
