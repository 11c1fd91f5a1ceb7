import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';

export const listLists = defineAction({
  provider: 'sendgrid',
  name: 'list_lists',
  label: 'List the marketing lists',
  description: 'Lists the marketing lists with their ids.',
  input: z.strictObject({ limit: z.number().int().min(1).max(1000).optional().describe('Most lists. Default: 100.') }),
  output: z.object({ lists: z.array(z.object({ id: z.string(), name: z.string() })) }),
  scopes: ['marketing.read'],
  repeat: 'read',
  example: { limit: 10 },
  *perform({ limit = 100 }) {
    const answer = yield { host: 'api', method: 'GET', path: '/v3/marketing/lists', query: { page_size: limit } };
    const lists = listOf(objectOf(answer.body)['result']).map(objectOf);
    return { lists: lists.map(({ id, name }) => given({ id: textOf(id), name: textOf(name) })) };
  },
});
