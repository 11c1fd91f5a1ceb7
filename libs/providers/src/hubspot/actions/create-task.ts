import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line, longText, time } from '../../requests/fields.ts';
import { createObject, objectId, recordId, texts } from '../objects.ts';

export const createTask = defineAction({
  provider: 'hubspot',
  name: 'create_task',
  label: 'Create task',
  description: 'Makes a task about a contact, company or deal.',
  input: z.strictObject({
    subject: line('What is to be done.'),
    body: longText('Details.').optional(),
    due_at: time('When it is due; the time of the step unless given.').optional(),
    priority: z.enum(['LOW', 'MEDIUM', 'HIGH']).optional().describe('Priority.'),
    type: z.enum(['TODO', 'CALL', 'EMAIL']).optional().describe('Kind of task.'),
    owner_id: line('Id of the owner in HubSpot.', 40).optional(),
    contact_id: recordId('Contact it is about.').optional(),
    company_id: recordId('Company it is about.').optional(),
    deal_id: recordId('Deal it is about.').optional(),
  }),
  output: objectId,
  scopes: ['crm.objects.contacts.write'],
  repeat: 'none',
  example: { subject: 'Call Ada', due_at: '2026-12-01T09:00:00Z', priority: 'HIGH', contact_id: '151' },
  *perform(input, place) {
    const values = texts({
      hs_task_subject: input.subject,
      hs_task_body: input.body,
      hs_timestamp: input.due_at ?? place.plannedAt.toISOString(),
      hs_task_priority: input.priority,
      hs_task_type: input.type,
      hubspot_owner_id: input.owner_id,
    });
    return yield* createObject('tasks', values, [
      [204, input.contact_id],
      [192, input.company_id],
      [216, input.deal_id],
    ]);
  },
});
