import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { longText, time } from '../../requests/fields.ts';
import { call, channelField, escapeText, keyOf } from '../messages.ts';

export const scheduleMessage = defineAction({
  provider: 'slack',
  name: 'schedule_message',
  label: 'Schedule a message',
  description: 'Has Slack post a message later, at most 120 days ahead.',
  input: z.strictObject({
    channel: channelField,
    text: longText('The text.'),
    post_at: time('When it is posted, such as 2026-12-01T09:00:00Z.'),
  }),
  output: z.object({ scheduled_message_id: z.string(), channel: z.string() }),
  scopes: ['chat:write'],
  repeat: 'none',
  example: { channel: '#sales', text: 'The trial ends today', post_at: '2026-12-01T09:00:00Z' },
  *perform({ channel, text, post_at }, place) {
    const seconds = Math.floor(Date.parse(post_at) / 1000);
    const answer = yield call('chat.scheduleMessage', {
      channel,
      text: escapeText(text),
      post_at: seconds,
      ...keyOf(place),
    });
    const body = objectOf(answer.body);
    return given({ scheduled_message_id: textOf(body['scheduled_message_id']), channel: textOf(body['channel']) });
  },
});
