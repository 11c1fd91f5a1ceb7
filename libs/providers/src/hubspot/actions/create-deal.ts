import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { listOf, objectOf, textOf } from '../../answers/reading.ts';
import { ActionRefusal } from '../../outcomes.ts';
import { line, time } from '../../requests/fields.ts';
import {
  associationRequest,
  createObject,
  properties,
  propertiesOf,
  propertyName,
  recordId,
  texts,
  upsertObject,
} from '../objects.ts';
import { searchRequest } from '../search.ts';
import { findStage } from '../stages.ts';

/** Upper bound of the delay before HubSpot's search shows a write. The actual delay can be half a minute. */
const indexLagMs = 60_000;

export const createDeal = defineAction({
  provider: 'hubspot',
  name: 'create_deal',
  label: 'Create deal',
  description: 'Makes a deal. With key_property a repeat certainly finds it; else it is looked for by its name.',
  input: z.strictObject({
    name: line('Name.'),
    stage: line('Stage, by id or label.'),
    pipeline: line('Pipeline, by id or label; needed where several have such a stage.').optional(),
    amount: z.number().optional().describe('Amount.'),
    close_date: time('When it is expected to close.').optional(),
    owner_id: line('Id of the owner in HubSpot.', 40).optional(),
    contact_id: recordId('Contact it belongs to.').optional(),
    company_id: recordId('Company it belongs to.').optional(),
    key_property: z
      .string()
      .regex(propertyName)
      .optional()
      .describe('A property of deals with unique values, which gets the key of the step.'),
    properties: properties.optional(),
  }),
  output: z.object({ id: z.string() }),
  scopes: ['crm.objects.deals.write', 'crm.objects.deals.read'],
  repeat: 'check',
  example: { name: 'Example Ltd: pilot', stage: 'Appointment scheduled', amount: 1200, contact_id: '151' },
  *perform(input, place) {
    const stage = yield* findStage('deals', input.stage, input.pipeline);
    const values = {
      ...propertiesOf(input.properties),
      ...texts({
        dealname: input.name,
        dealstage: stage.stage,
        pipeline: stage.pipeline,
        amount: input.amount,
        closedate: input.close_date,
        hubspot_owner_id: input.owner_id,
      }),
    };
    if (input.key_property !== undefined) {
      const { id: made } = yield* upsertObject('deals', input.key_property, place.key, values);
      const id = textOf(made) ?? '';
      if (input.contact_id !== undefined) yield associationRequest('deals', id, 'contacts', input.contact_id);
      if (input.company_id !== undefined) yield associationRequest('deals', id, 'companies', input.company_id);
      return { id };
    }
    if (place.mayHaveHappened) {
      const age = place.now === undefined ? indexLagMs : place.now.getTime() - place.plannedAt.getTime();
      if (age < indexLagMs)
        throw new ActionRefusal({ class: 'rate_limited', problem: lag, retryAfterMs: indexLagMs - age });
      const { body } = yield searchRequest(
        'deals',
        [
          { field: 'dealname', operator: 'equals', value: input.name },
          { field: 'createdate', operator: 'greater_or_equal', value: place.plannedAt.getTime() - indexLagMs },
        ],
        { limit: 1 },
      );
      const id = textOf(objectOf(listOf(objectOf(body)['results'])[0])['id']);
      if (id !== undefined) return { id };
    }
    return yield* createObject('deals', values, [
      [3, input.contact_id],
      [341, input.company_id],
    ]);
  },
});

const lag = {
  code: 'search_lags',
  message: 'The search of HubSpot shows a new deal only after up to 30 seconds, so it cannot be looked for earlier.',
};
