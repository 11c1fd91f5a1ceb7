import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { pathOf } from '../../calls.ts';
import { mailAddress } from '../../requests/fields.ts';
import { groupField, suppress, suppressedOutput } from '../suppressions.ts';

export const addGroupSuppression = defineAction({
  provider: 'sendgrid',
  name: 'add_group_suppression',
  label: 'Suppress an address in a group',
  description: 'Unsubscribes a mail address from an unsubscribe group.',
  input: z.strictObject({ group_id: groupField, email: mailAddress('The mail address.') }),
  output: suppressedOutput,
  scopes: ['asm.groups.suppressions.create'],
  repeat: 'same',
  example: { group_id: 42, email: 'ada@example.com' },
  *perform({ group_id, email }) {
    yield suppress(pathOf`/v3/asm/groups/${group_id}/suppressions`, email);
    return { email };
  },
});
