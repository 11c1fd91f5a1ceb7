import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { channelOf, listChannels } from '../channels.ts';

export const findChannel = defineAction({
  provider: 'slack',
  name: 'find_channel',
  label: 'Find channels',
  description: 'Lists channels that the bot can see, or finds the one with a name.',
  input: z.strictObject({
    name: z.string().max(80).optional().describe('The name, with or without #. Default: all channels.'),
    types: z
      .array(z.enum(['public_channel', 'private_channel']))
      .optional()
      .describe('Kinds of channels. Default: public ones.'),
    limit: z.number().int().min(1).max(1000).optional().describe('Most channels. Default: 100.'),
  }),
  output: z.object({
    channels: z.array(z.object({ channel_id: z.string(), name: z.string(), is_private: z.boolean() })),
  }),
  scopes: ['channels:read', 'groups:read'],
  repeat: 'read',
  example: { name: '#sales', types: ['public_channel', 'private_channel'], limit: 10 },
  *perform({ name, types = ['public_channel'], limit = 100 }) {
    const wanted = name?.replace(/^#/, '');
    const isWanted = (one: { name?: unknown }) => wanted === undefined || one.name === wanted;
    const most = wanted === undefined ? limit : 1;
    const channels = yield* listChannels(types.join(','), (read) => read.filter(isWanted).length >= most);
    return { channels: channels.filter(isWanted).slice(0, most).map(channelOf) };
  },
});
