import type { JsonSchema } from '@drippulse/json';

/** Schemas of free JSON by the names that `schema_of` uses in the protos; each becomes a component. */
export const namedSchemas: Readonly<Record<string, JsonSchema>> = {
  WorkflowStep: {
    type: 'object',
    description: 'A step as it is stored.',
    properties: {
      id: { type: 'string', description: 'Id, unique in the workflow; what jumps name.' },
      type: { type: 'string', description: 'One of `GET /workflows/step_types`.' },
      name: { type: 'string', description: 'Name for people.' },
      position: { type: 'integer', minimum: 0, description: 'Position from 0, in the order of the array.' },
      config: { type: 'object', description: 'Parameters of the step; the catalog has the schema of each type.' },
    },
    required: ['id', 'type', 'name', 'position', 'config'],
  },
  WorkflowStepInput: {
    type: 'object',
    description: 'A step as it is sent. Parameters beside these members are moved into `config`, whose own win.',
    properties: {
      id: { type: 'string', description: 'Id, unique in the workflow; made unless given.' },
      type: { type: 'string', description: 'One of `GET /workflows/step_types`.' },
      name: { type: 'string', description: 'Name for people.' },
      position: { type: 'integer', description: 'Ignored: the order of the array counts.' },
      config: { type: 'object', description: 'Parameters of the step; the catalog has the schema of each type.' },
    },
    required: ['type'],
  },
  Contact: {
    type: 'object',
    description: 'A contact: any members, all of them usable in templates.',
    properties: {
      email: { type: 'string', description: 'Mail address.' },
      first_name: { type: 'string', description: 'First name.' },
      last_name: { type: 'string', description: 'Last name.' },
      lead_ref: {
        type: ['string', 'integer'],
        description:
          'Your reference of the contact. Else the first present of `id`, `uuid`, `public_id`, `crm_id` and `lead_id`.',
      },
    },
  },
};

/** Examples of them, each valid against its schema. */
export const namedExamples: Readonly<Record<string, unknown>> = {
  WorkflowStep: { id: 'done', type: 'log', name: 'Done', position: 0, config: { message: 'ok', level: 'info' } },
  WorkflowStepInput: { type: 'log', name: 'Done', config: { message: 'ok', level: 'info' } },
  Contact: { email: 'ada@example.com', first_name: 'Ada', lead_ref: 'crm-123' },
};
