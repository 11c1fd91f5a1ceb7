import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';
import {
  blocks,
  call,
  channelField,
  contentOf,
  keyOf,
  messageOf,
  messageOutput,
  messageText,
  tsField,
} from '../messages.ts';

export const postMessage = defineAction({
  provider: 'slack',
  name: 'post_message',
  label: 'Post a message',
  description: 'Posts a message to a channel.',
  input: z.strictObject({
    channel: channelField,
    text: messageText,
    blocks,
    thread_ts: tsField.optional(),
    username: line('Name that is shown instead of the bot’s; needs the scope chat:write.customize.', 80).optional(),
    icon_emoji: line('Emoji that is shown instead of the bot’s picture, such as :tada:.', 80).optional(),
    unfurl_links: z.boolean().optional().describe('Whether links are shown with a preview.'),
  }),
  output: messageOutput,
  scopes: ['chat:write'],
  repeat: 'none',
  example: {
    channel: '#sales',
    text: 'Ada Lovelace asked for a call',
    thread_ts: '1700000000.000001',
    unfurl_links: false,
  },
  *perform({ channel, text, blocks, ...more }, place) {
    const answer = yield call('chat.postMessage', {
      channel,
      ...contentOf({ text, blocks }),
      ...given(more),
      ...keyOf(place),
    });
    return messageOf(answer);
  },
});
