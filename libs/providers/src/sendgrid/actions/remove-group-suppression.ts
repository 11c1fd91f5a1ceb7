import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { mailAddress } from '../../requests/fields.ts';
import { groupField, suppressedOutput } from '../suppressions.ts';

export const removeGroupSuppression = defineAction({
  provider: 'sendgrid',
  name: 'remove_group_suppression',
  label: 'End a suppression in a group',
  description: 'Lets a mail address get mails of an unsubscribe group again.',
  input: z.strictObject({ group_id: groupField, email: mailAddress('The mail address.') }),
  output: suppressedOutput,
  scopes: ['asm.groups.suppressions.delete'],
  repeat: 'same',
  reaches: 'deletes',
  example: { group_id: 42, email: 'ada@example.com' },
  *perform({ group_id, email }) {
    yield {
      host: 'api',
      method: 'DELETE',
      path: pathOf`/v3/asm/groups/${group_id}/suppressions/${email}`,
      isDone: ({ status }) => status === 404,
    };
    return { email };
  },
});
