import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';

export const listTemplates = defineAction({
  provider: 'sendgrid',
  name: 'list_templates',
  label: 'List the templates',
  description: 'Lists the templates with their ids.',
  input: z.strictObject({
    generations: z
      .enum(['legacy', 'dynamic', 'legacy,dynamic'])
      .optional()
      .describe('Kinds of templates. Default: dynamic.'),
    limit: z.number().int().min(1).max(200).optional().describe('Most templates. Default: 100.'),
  }),
  output: z.object({
    templates: z.array(z.object({ id: z.string(), name: z.string(), generation: z.string().optional() })),
  }),
  scopes: ['templates.read'],
  repeat: 'read',
  example: { generations: 'dynamic', limit: 10 },
  *perform({ generations = 'dynamic', limit = 100 }) {
    const query = { generations, page_size: limit };
    const answer = yield { host: 'api', method: 'GET', path: '/v3/templates', query };
    const templates = listOf(objectOf(answer.body)['result']).map(objectOf);
    return {
      templates: templates.map(({ id, name, generation }) =>
        given({ id: textOf(id), name: textOf(name), generation: textOf(generation) }),
      ),
    };
  },
});
