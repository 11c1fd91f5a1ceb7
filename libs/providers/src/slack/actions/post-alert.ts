import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { refuse } from '../../answers/refuse.ts';
import { longText } from '../../requests/fields.ts';
import { call, channelField, escapeText, keyOf, messageOf } from '../messages.ts';

/** Posts the message of an `alert` step: as the bot if the connection has a token, or else through a webhook. */
export const postAlert = defineAction({
  provider: 'slack',
  name: 'post_alert',
  label: 'Post an alert',
  description: 'Posts a message by the bot, or by the incoming webhook of a connection that has no bot.',
  input: z.strictObject({
    channel: channelField.optional().describe('Id or name of the channel; default: that of the connection.'),
    message: longText('The text.'),
  }),
  output: z.object({ via: z.enum(['bot', 'webhook']), channel: z.string().optional(), ts: z.string().optional() }),
  scopes: ['chat:write'],
  repeat: 'none',
  example: { channel: '#alerts', message: 'A lead with 90 points came in' },
  *perform({ channel, message }, place) {
    const text = escapeText(message);
    if (!place.given.includes('bot_token') && !place.given.includes('access_token')) {
      yield { host: 'webhook', method: 'POST', path: '', body: { json: { text } } };
      return { via: 'webhook' };
    }
    const target = channel ?? place.settings['default_channel'];
    if (target === undefined)
      refuse('channel_missing', 'Neither the step nor the connection names a channel', { field: 'channel' });
    const answer = yield call('chat.postMessage', { channel: target, text, ...keyOf(place) });
    return { via: 'bot', ...messageOf(answer) };
  },
});
