import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { mailAddress } from '../../requests/fields.ts';

export const findOwner = defineAction({
  provider: 'hubspot',
  name: 'find_owner',
  label: 'Find owner',
  description: 'Finds a user of HubSpot by mail address; both answers are null without one.',
  input: z.strictObject({ email: mailAddress('Mail address of the user.') }),
  output: z.object({ owner_id: z.string().nullable(), name: z.string().nullable() }),
  scopes: ['crm.objects.owners.read'],
  repeat: 'read',
  example: { email: 'sales@example.com' },
  *perform({ email }) {
    const { body } = yield { host: 'api', method: 'GET', path: '/crm/owners/2026-09', query: { email } };
    const owner = objectOf(listOf(objectOf(body)['results'])[0]);
    const name = [owner['firstName'], owner['lastName']].map(textOf).filter((part) => part !== undefined);
    return { owner_id: textOf(owner['id']) ?? null, name: name.length > 0 ? name.join(' ') : null };
  },
});
