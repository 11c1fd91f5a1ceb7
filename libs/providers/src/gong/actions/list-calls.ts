import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { time } from '../../requests/fields.ts';
import { gongId, things } from '../calls.ts';
import { isEmpty } from '../judge.ts';

export const listCalls = defineAction({
  provider: 'gong',
  name: 'list_calls',
  label: 'List calls',
  description: 'Lists a hundred calls of a span; next is the cursor of the following ones.',
  input: z.strictObject({
    from: time('Begin of the span.'),
    to: time('End of the span.'),
    workspace_id: gongId('Workspace.').optional(),
    cursor: z.string().min(1).max(2048).optional().describe('next of the answer before.'),
  }),
  output: z.object({ calls: things, next: z.string().nullable() }),
  scopes: ['api:calls:read:basic'],
  repeat: 'read',
  example: { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' },
  *perform({ from, to, workspace_id, cursor }) {
    const query = { fromDateTime: from, toDateTime: to, workspaceId: workspace_id, cursor };
    const { body } = yield { host: 'api', method: 'GET', path: '/v2/calls', query, isDone: isEmpty };
    const { calls, records } = objectOf(body);
    return { calls: listOf(calls).map(objectOf), next: textOf(objectOf(records)['cursor']) ?? null };
  },
});
