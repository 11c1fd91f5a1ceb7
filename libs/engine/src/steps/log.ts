import { choice, config, template } from '../parameters.ts';
import { compileText } from '../templates/template.ts';
import { defineStep } from './define-step.ts';

/** Writes a line to the timeline. */
export const logStep = defineStep({
  type: 'log',
  label: 'Log',
  category: 'action',
  description: 'Writes a line to the timeline.',
  config: config({
    message: template().min(1).describe('What to write; may hold templates.'),
    level: choice(['debug', 'info', 'warn', 'error']).default('info').describe('How important it is.'),
  }),
  example: { name: 'Note the score', config: { message: '{{ first_name }} has score {{ score }}', level: 'info' } },
  compile({ message, level }, { compiling }) {
    const render = compileText(message, compiling);
    const prefix = level === 'info' ? '' : `${level}: `;
    return (scope) => ({ kind: 'done', message: prefix + render(scope) });
  },
});
