import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, textOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';
import { lookUpUser } from '../users.ts';

export const findUser = defineAction({
  provider: 'slack',
  name: 'find_user',
  label: 'Find a member',
  description: 'Finds the member of the workspace with a mail address.',
  input: z.strictObject({ email: mailAddress('The mail address.') }),
  output: z.object({
    user_id: z.string(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    time_zone: z.string().optional(),
  }),
  scopes: ['users:read', 'users:read.email'],
  repeat: 'read',
  example: { email: 'ada@example.com' },
  *perform({ email }) {
    const { id, name, real_name, tz } = yield* lookUpUser(email);
    return given({ user_id: textOf(id), name: textOf(name), real_name: textOf(real_name), time_zone: textOf(tz) });
  },
});
