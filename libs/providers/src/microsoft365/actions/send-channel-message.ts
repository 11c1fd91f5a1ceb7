import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { pathOf } from '../../calls.ts';
import { line, longText } from '../../requests/fields.ts';
import { graph, idOf, itemBody } from '../graph.ts';

export const sendChannelMessage = defineAction({
  provider: 'microsoft365',
  name: 'send_channel_message',
  label: 'Post to a Teams channel',
  description: 'Posts a message to a channel of Teams, as the person who made the connection.',
  input: z.strictObject({
    team_id: line('Id of the team.', 100),
    channel_id: line('Id of the channel, such as 19:…@thread.tacv2.', 200),
    message: longText('The message.'),
    message_type: z.enum(['html', 'text']).optional().describe('Default: text.'),
  }),
  output: z.object({ message_id: z.string(), web_url: z.string().optional() }),
  scopes: ['ChannelMessage.Send'],
  repeat: 'none',
  example: {
    team_id: 'fbe2bf47-16c8-47cf-b4a5-4b9b187c508b',
    channel_id: '19:4a95f7d8db4c4e7fae857bcebe0623e6@thread.tacv2',
    message: 'A lead with 90 points came in',
    message_type: 'text',
  },
  *perform({ team_id, channel_id, message, message_type }) {
    const path = pathOf`/v1.0/teams/${team_id}/channels/${channel_id}/messages`;
    const answer = yield graph({
      method: 'POST',
      path,
      headers: {},
      body: { json: given({ body: itemBody(message, message_type) }) },
    });
    return given({ message_id: idOf(answer.body), web_url: textOf(objectOf(answer.body)['webUrl']) });
  },
});
