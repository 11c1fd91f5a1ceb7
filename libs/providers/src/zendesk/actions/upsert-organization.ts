import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf } from '../../answers/reading.ts';
import { line } from '../../requests/fields.ts';

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const upsertOrganization = defineAction({
  provider: 'zendesk',
  name: 'upsert_organization',
  label: 'Create or update organization',
  description: 'Makes the organization with an external id, or changes it. Its name must be free.',
  input: z.strictObject({
    name: line('Name.'),
    external_id: line('Id in a system of yours, by which the organization is found.'),
    domains: z.array(z.string().min(1).max(253)).max(100).optional().describe('Domains whose users belong to it.'),
    organization_fields: z
      .record(z.string().regex(/^\w{1,100}$/), fieldValue)
      .optional()
      .describe('Custom fields by key; null clears.'),
  }),
  output: z.object({ organization_id: z.number(), created: z.boolean() }),
  scopes: ['organizations:write'],
  repeat: 'upsert',
  example: { name: 'Example Ltd', external_id: 'acc-1', domains: ['example.com'] },
  *perform({ domains, ...input }) {
    const path = '/api/v2/organizations/create_or_update';
    const organization = given({ ...input, domain_names: domains });
    const { status, body } = yield { host: 'account', method: 'POST', path, body: { json: { organization } } };
    return given({ organization_id: objectOf(objectOf(body)['organization'])['id'], created: status === 201 });
  },
});
