import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, listOf, objectOf, textOf } from '../../answers/reading.ts';
import { refuse } from '../../answers/refuse.ts';
import { line } from '../../requests/fields.ts';
import { recordId, servicePath } from '../requests.ts';

export const addToCampaign = defineAction({
  provider: 'salesforce',
  name: 'add_to_campaign',
  label: 'Add to campaign',
  description: 'Makes a lead or contact a member of a campaign; id is null if it was one already.',
  input: z.strictObject({
    campaign_id: recordId('Campaign.'),
    lead_id: recordId('Lead; this or contact_id.').optional(),
    contact_id: recordId('Contact; this or lead_id.').optional(),
    status: line('Status of the member, a value of the campaign.').optional(),
  }),
  output: z.object({ id: z.string().nullable() }),
  scopes: ['api'],
  repeat: 'same', // Salesforce allows a lead or contact only once in a campaign
  example: { campaign_id: '7015g00000AbCdEAAV', lead_id: '00Q5g00000AbCdEAAV', status: 'Sent' },
  *perform({ campaign_id, lead_id, contact_id, status }, { settings }) {
    if ((lead_id === undefined) === (contact_id === undefined))
      refuse('lead_or_contact', 'One of lead_id and contact_id is needed, and not both.', { field: 'lead_id' });
    const { body } = yield {
      host: 'instance',
      method: 'POST',
      path: servicePath(settings, 'sobjects/CampaignMember'),
      body: { json: given({ CampaignId: campaign_id, LeadId: lead_id, ContactId: contact_id, Status: status }) },
      isDone: (answer) => answer.status === 400 && objectOf(listOf(answer.body)[0])['errorCode'] === 'DUPLICATE_VALUE',
    };
    return { id: textOf(objectOf(body)['id']) ?? null };
  },
});
