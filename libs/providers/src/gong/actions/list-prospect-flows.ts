import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf } from '../../answers/reading.ts';
import { prospects, things } from '../calls.ts';

export const listProspectFlows = defineAction({
  provider: 'gong',
  name: 'list_prospect_flows',
  label: 'List flows of prospects',
  description: 'Lists the flows that prospects are in.',
  input: z.strictObject({ crm_prospect_ids: prospects }),
  output: z.object({ flows: things }),
  scopes: ['api:flows:read'],
  repeat: 'read',
  example: { crm_prospect_ids: ['0035g00000AbCdEAAV'] },
  *perform({ crm_prospect_ids }) {
    const json = { crmProspectsIds: crm_prospect_ids };
    const { body } = yield {
      host: 'api',
      method: 'POST',
      path: '/v2/flows/prospects',
      body: { json },
      isRepeatable: true,
    };
    return { flows: listOf(objectOf(body)['prospectsAssigned']).map(objectOf) };
  },
});
