import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { line, longText, time } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, owner, recordId } from '../requests.ts';

export const createEvent = defineAction({
  provider: 'salesforce',
  name: 'create_event',
  label: 'Create event',
  description: 'Puts an event into the calendar of its owner.',
  input: z.strictObject({
    subject: line('Subject.'),
    start: time('When it begins.'),
    end: time('When it ends.'),
    who_id: recordId('Lead or contact that takes part.').optional(),
    what_id: recordId('Account, opportunity or other record it is about.').optional(),
    location: line('Place.').optional(),
    description: longText('Text.').optional(),
    owner_id: owner.optional(),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: {
    subject: 'Demo',
    start: '2026-12-01T09:00:00Z',
    end: '2026-12-01T09:30:00Z',
    who_id: '0035g00000AbCdEAAV',
  },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      Subject: input.subject,
      // Only start and duration are sent, which every version accepts. If the end were sent too, it would have to agree
      // with them to the second.
      ActivityDateTime: input.start,
      DurationInMinutes: Math.max(0, Math.round((Date.parse(input.end) - Date.parse(input.start)) / 60_000)),
      WhoId: input.who_id,
      WhatId: input.what_id,
      Location: input.location,
      Description: input.description,
      OwnerId: input.owner_id,
    });
    return yield* createRecord('Event', fields, place, {
      keyField: input.key_field,
      natural: ['Subject', 'WhoId', 'WhatId'],
    });
  },
});
