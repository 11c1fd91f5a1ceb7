import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { given } from '../../answers/reading.ts';
import { day, line, longText } from '../../requests/fields.ts';
import { createRecord } from '../create-record.ts';
import { createdOutput, fieldsOf, keyField, moreFields, owner, recordId } from '../requests.ts';

export const createTask = defineAction({
  provider: 'salesforce',
  name: 'create_task',
  label: 'Create task',
  description: 'Makes a task, or records a call or mail.',
  input: z.strictObject({
    subject: line('Subject.'),
    who_id: recordId('Lead or contact it is about.').optional(),
    what_id: recordId('Account, opportunity or other record it is about.').optional(),
    due_date: day('Day on which it is due.').optional(),
    status: line('Status, a value of its picklist.').optional(),
    priority: line('Priority, a value of its picklist.').optional(),
    description: longText('Text.').optional(),
    subtype: z.enum(['Task', 'Call', 'Email']).optional().describe('Kind of task.'),
    owner_id: owner.optional(),
    key_field: keyField.optional(),
    fields: moreFields.optional(),
  }),
  output: createdOutput,
  scopes: ['api'],
  repeat: 'check',
  example: { subject: 'Call Ada', who_id: '00Q5g00000AbCdEAAV', due_date: '2026-12-01', priority: 'High' },
  *perform(input, place) {
    const fields = given({
      ...fieldsOf(input.fields),
      Subject: input.subject,
      WhoId: input.who_id,
      WhatId: input.what_id,
      ActivityDate: input.due_date,
      Status: input.status,
      Priority: input.priority,
      Description: input.description,
      TaskSubtype: input.subtype,
      OwnerId: input.owner_id,
    });
    return yield* createRecord('Task', fields, place, {
      keyField: input.key_field,
      natural: ['Subject', 'WhoId', 'WhatId'],
    });
  },
});
