import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { channelOf, listChannels } from '../channels.ts';
import { call } from '../messages.ts';

export const createChannel = defineAction({
  provider: 'slack',
  name: 'create_channel',
  label: 'Create a channel',
  description: 'Creates a channel, or finds the one that has the name already.',
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u, 'has other characters than lower-case letters, digits, - and _')
      .describe('The name: lower-case letters, digits, - and _; up to 80 characters.'),
    is_private: z.boolean().optional().describe('Whether it is private. Default: false.'),
  }),
  output: z.object({ channel_id: z.string(), name: z.string(), is_private: z.boolean(), created: z.boolean() }),
  scopes: ['channels:manage', 'channels:read', 'groups:write', 'groups:read'],
  repeat: 'check',
  example: { name: 'deal-42', is_private: true },
  *perform({ name, is_private = false }) {
    const answer = yield {
      ...call('conversations.create', { name, is_private }),
      isDone: ({ body }) => objectOf(body)['error'] === 'name_taken',
    };
    const made = objectOf(answer.body)['channel'];
    if (made !== undefined) return { ...channelOf(objectOf(made)), created: true };
    const types = is_private ? 'private_channel' : 'public_channel';
    const channels = yield* listChannels(types, (read) => read.some((one) => one['name'] === name));
    const found = channels.find((one) => one['name'] === name);
    if (found === undefined)
      refuse('name_taken', 'The name belongs to a channel that is archived or that the bot cannot see', {
        field: 'name',
      });
    return { ...channelOf(found), created: false };
  },
});
