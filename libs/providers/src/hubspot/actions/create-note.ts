import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { longText, time } from '../../requests/fields.ts';
import { createObject, objectId, recordId } from '../objects.ts';

export const createNote = defineAction({
  provider: 'hubspot',
  name: 'create_note',
  label: 'Create note',
  description: 'Writes a note about a contact, company or deal.',
  input: z.strictObject({
    body: longText('Text; HTML is shown as such.'),
    timestamp: time('When it was; the time of the step unless given.').optional(),
    contact_id: recordId('Contact it is about.').optional(),
    company_id: recordId('Company it is about.').optional(),
    deal_id: recordId('Deal it is about.').optional(),
  }),
  output: objectId,
  scopes: ['crm.objects.contacts.write'],
  repeat: 'none',
  example: { body: 'Asked for a demo.', contact_id: '151' },
  *perform(input, place) {
    const hs_timestamp = input.timestamp ?? place.plannedAt.toISOString();
    return yield* createObject('notes', { hs_note_body: input.body, hs_timestamp }, [
      [202, input.contact_id],
      [190, input.company_id],
      [214, input.deal_id],
    ]);
  },
});
