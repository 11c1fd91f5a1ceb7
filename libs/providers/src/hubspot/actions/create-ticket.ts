import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { line, longText } from '../../requests/fields.ts';
import { createObject, objectId, properties, propertiesOf, recordId, texts } from '../objects.ts';
import { findStage } from '../stages.ts';

export const createTicket = defineAction({
  provider: 'hubspot',
  name: 'create_ticket',
  label: 'Create ticket',
  description: 'Makes a ticket of the service hub.',
  input: z.strictObject({
    subject: line('Subject.'),
    description: longText('Text.').optional(),
    stage: line('Stage, by id or label.'),
    pipeline: line('Pipeline, by id or label; needed where several have such a stage.').optional(),
    priority: z.enum(['LOW', 'MEDIUM', 'HIGH', 'URGENT']).optional().describe('Priority.'),
    contact_id: recordId('Contact it is from.').optional(),
    properties: properties.optional(),
  }),
  output: objectId,
  scopes: ['tickets'],
  repeat: 'none',
  example: { subject: 'Cannot sign in', stage: 'New', priority: 'HIGH', contact_id: '151' },
  *perform(input) {
    const { pipeline, stage } = yield* findStage('tickets', input.stage, input.pipeline);
    const values = texts({
      subject: input.subject,
      content: input.description,
      hs_pipeline: pipeline,
      hs_pipeline_stage: stage,
      hs_ticket_priority: input.priority,
    });
    return yield* createObject('tickets', { ...propertiesOf(input.properties), ...values }, [[16, input.contact_id]]);
  },
});
