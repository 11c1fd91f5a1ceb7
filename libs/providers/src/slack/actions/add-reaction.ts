import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { objectOf } from '../../answers/reading.ts';
import { call, channelIdField, tsField } from '../messages.ts';

export const addReaction = defineAction({
  provider: 'slack',
  name: 'add_reaction',
  label: 'Add a reaction',
  description: 'Adds an emoji to a message.',
  input: z.strictObject({
    channel: channelIdField,
    ts: tsField,
    emoji: z
      .string()
      .regex(/^:?[\p{L}\p{N}_+-]{1,80}:?$/u, 'is not a name of an emoji')
      .describe('Name of the emoji, such as tada.'),
  }),
  output: z.object({ ts: z.string() }),
  scopes: ['reactions:write'],
  repeat: 'same',
  example: { channel: 'C0000000001', ts: '1700000000.000001', emoji: 'tada' },
  *perform({ channel, ts, emoji }) {
    yield {
      ...call('reactions.add', { channel, timestamp: ts, name: emoji.replaceAll(':', '') }),
      isDone: ({ body }) => objectOf(body)['error'] === 'already_reacted',
    };
    return { ts };
  },
});
