import { choice, config, template } from '../parameters.ts';
import { compileText } from '../templates/template.ts';
import { defineStep } from './define-step.ts';

/** Ends the run. */
export const endStep = defineStep({
  type: 'end',
  label: 'End',
  category: 'logic',
  description: 'Ends the run.',
  config: config({
    status: choice(['completed', 'failed', 'cancelled']).default('completed').describe('How the enrollment ends.'),
    reason: template().optional().describe('Why, for the timeline.'),
  }),
  example: { name: 'Not a fit', config: { status: 'completed', reason: 'score below 50' } },
  exits: () => [],
  compile({ status, reason }, { compiling }) {
    const render = compileText(reason ?? '', compiling);
    return (scope) => {
      const why = render(scope);
      const message = `Ended as ${status}${why && `: ${why}`}`;
      return { kind: 'end', status, message, error: status === 'failed' ? why || message : undefined };
    };
  },
});
