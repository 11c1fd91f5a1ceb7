import type { JsonObject } from '@drippulse/json';
import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { type ProviderAnswer, type ProviderRequest, pathOf } from '../../calls.ts';
import { line, longText } from '../../requests/fields.ts';
import { wallTime } from '../../requests/wall-time.ts';
import { graph, graphTime, idOf, itemBody, itemsOf } from '../graph.ts';

export const createTask = defineAction({
  provider: 'microsoft365',
  name: 'create_task',
  label: 'Create a task',
  description: 'Adds a task to a list of To Do.',
  input: z.strictObject({
    list_id: line('Id of the list. Default: the list "Tasks".', 500).optional(),
    title: line('The title.'),
    body: longText('The note, as plain text.').optional(),
    due_at: wallTime('When it is due; Microsoft keeps the day.').optional(),
    importance: z.enum(['low', 'normal', 'high']).optional().describe('Default: normal.'),
  }),
  output: z.object({ task_id: z.string(), status: z.string().optional() }),
  scopes: ['Tasks.ReadWrite'],
  repeat: 'none',
  example: { title: 'Call Ada', body: 'About the demo', due_at: '2026-12-01T09:00:00Z', importance: 'high' },
  *perform({ list_id, title, body, due_at, importance }) {
    const list = list_id ?? idOf(yield* findDefaultList());
    if (list === undefined) refuse('list_not_found', 'The account has no default list of tasks', { field: 'list_id' });
    const answer = yield graph({
      method: 'POST',
      path: pathOf`/v1.0/me/todo/lists/${list}/tasks`,
      body: {
        json: given({
          title,
          body: itemBody(body),
          dueDateTime: due_at === undefined ? undefined : graphTime(due_at, undefined),
          importance,
        }),
      },
    });
    return given({ task_id: idOf(answer.body), status: textOf(objectOf(answer.body)['status']) });
  },
});

function* findDefaultList(): Generator<ProviderRequest, JsonObject, ProviderAnswer> {
  const answer = yield graph({ method: 'GET', path: '/v1.0/me/todo/lists', query: { $top: 100 } });
  const lists = itemsOf(answer.body);
  return lists.find((list) => list['wellknownListName'] === 'defaultList') ?? lists[0] ?? {};
}
