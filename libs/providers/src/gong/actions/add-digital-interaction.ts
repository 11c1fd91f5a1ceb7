import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given, objectOf, textOf } from '../../answers/reading.ts';
import { line, mailAddress, time, webAddress } from '../../requests/fields.ts';
import { requestId } from '../calls.ts';
import { isKnown } from '../judge.ts';

export const addDigitalInteraction = defineAction({
  provider: 'gong',
  name: 'add_digital_interaction',
  label: 'Add digital interaction',
  description: 'Records what a person did, such as a visit of a page.',
  input: z.strictObject({
    external_id: line('Id of the interaction; the key of the step unless given.').optional(),
    at: time('When it was; the time of the step unless given.').optional(),
    type: line('Kind, such as page_visit.'),
    title: line('Title of what it was about.'),
    url: webAddress('Address of it.').optional(),
    email: mailAddress('Mail address of the person.').optional(),
    name: line('Name of the person.').optional(),
    company: line('Company of the person.').optional(),
  }),
  output: z.object({ request_id: requestId }),
  scopes: ['api:digital-interactions:write'],
  repeat: 'key',
  example: { type: 'page_visit', title: 'Pricing', url: 'https://example.com/pricing', email: 'ada@example.com' },
  *perform(input, place) {
    const person = given({
      email: input.email,
      name: input.name,
      company: input.company === undefined ? undefined : { name: input.company },
    });
    const { body } = yield {
      host: 'api',
      method: 'POST',
      path: '/v2/digital-interaction',
      body: {
        json: {
          eventId: input.external_id ?? place.key,
          timestamp: input.at ?? place.plannedAt.toISOString(),
          eventType: input.type,
          content: given({ contentTitle: input.title, contentUrl: input.url }),
          ...(Object.keys(person).length > 0 && { person }),
        },
      },
      isDone: isKnown,
    };
    return { request_id: textOf(objectOf(body)['requestId']) ?? null };
  },
});
