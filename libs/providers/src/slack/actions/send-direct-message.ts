import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { blocks, call, contentOf, keyOf, messageOf, messageOutput, messageText } from '../messages.ts';
import { lookUpUser } from '../users.ts';

export const sendDirectMessage = defineAction({
  provider: 'slack',
  name: 'send_direct_message',
  label: 'Send a direct message',
  description: 'Writes to a member of the workspace, named by id or mail address.',
  input: z.strictObject({
    user: z
      .string()
      .regex(/^([UW][A-Z0-9]{5,20}|[^\s@<>,;]+@[^\s@<>,;]+)$/, 'is neither an id nor a mail address')
      .describe('Id of the member, such as U0123456789, or the mail address.'),
    text: messageText,
    blocks,
  }),
  output: messageOutput,
  scopes: ['chat:write', 'im:write', 'users:read', 'users:read.email'],
  repeat: 'none',
  example: { user: 'ada@example.com', text: 'A lead is waiting for you' },
  *perform({ user, text, blocks }, place) {
    const users = user.includes('@') ? textOf((yield* lookUpUser(user))['id']) : user;
    if (users === undefined) refuse('users_not_found', 'Slack finds nobody with this mail address', { field: 'user' });
    const opened = yield { ...call('conversations.open', { users }), isRepeatable: true };
    const channel = textOf(objectOf(objectOf(opened.body)['channel'])['id']);
    if (channel === undefined) refuse('channel_not_found', 'Slack opened no conversation', { field: 'user' });
    return messageOf(yield call('chat.postMessage', { channel, ...contentOf({ text, blocks }), ...keyOf(place) }));
  },
});
