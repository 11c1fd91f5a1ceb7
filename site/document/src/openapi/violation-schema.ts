import { violationCodes } from '@drippulse/errors';

/** Schema of one problem of one member, for a program. `errors` has the same content for people. */
export const violationSchema = {
  type: 'object',
  description: 'One thing wrong with one member or parameter.',
  properties: {
    path: { type: 'string', description: 'Path of the member.', examples: ['steps.2.config.duration'] },
    code: { type: 'string', enum: [...violationCodes], description: 'Kind of the violation.' },
    message: {
      type: 'string',
      description: 'A sentence whose subject is the member.',
      examples: ['must be at least 1'],
    },
    allowed: {
      type: 'array',
      items: { type: 'string' },
      description: 'The values that the member takes, if they are a closed list.',
    },
    suggestion: { type: 'string', description: 'The value or name that was probably meant.' },
  },
  required: ['path', 'code', 'message'],
};

/** Member of a problem that lists its violations. */
export const violationsMember = {
  type: 'array',
  items: { $ref: '#/components/schemas/Violation' },
  description: 'The same as `errors` for a program, empty where no member is at fault.',
};
